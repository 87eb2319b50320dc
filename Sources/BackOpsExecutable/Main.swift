import BackOpsCommand

/// The stand-alone program `backops`.
@main
struct Main {
    static func main() async { await Program.run(StandaloneCommand.self, as: "backops") }
}
