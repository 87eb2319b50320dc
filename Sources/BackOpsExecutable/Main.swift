import BackOpsCommand

@main
struct Main {
    static func main() async { await BackOpsCommandLine.main() }
}
