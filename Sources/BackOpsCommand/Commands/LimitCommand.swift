import ArgumentParser
import BackOps

/// Sets how many may run at once.
struct LimitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limit",
        abstract: "Set how many may run at once, at once and whatever plans say; what runs goes on.",
        discussion: """
            limit stripe 5 --reason "they ask us to go slowly"
            limit stripe 0        nothing starts
            limit stripe none     no limit
            limit stripe --reset  as the plan says again
            """
    )

    @Argument(help: "The limit's name.", completion: .limitNames)
    var name: String

    @Argument(
        help: ArgumentHelp(
            "How many, of each key where it has some: 0 to 1000000, or none.",
            valueName: "number"
        ),
        transform: LimitNumber.parse
    )
    var number: LimitNumber?

    @Flag(help: "Let the number of the plan hold again.")
    var reset = false

    @Option(help: ArgumentHelp("Say why, for those who look at it later.", valueName: "text"))
    var reason: String?

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (number == nil) == reset else {
            throw ValidationError("Give a number, none or --reset: limit stripe 5.")
        }
    }

    func run() async throws {
        let (setting, others) = try await options.withClient { client in
            let known = try await client.limits().map(\.name)
            return (try await change(client), known.contains(name) ? nil : known)
        }
        setting.write("limit", others: others, output)
    }

    private func change(_ client: BackOpsClient) async throws -> LimitSetting {
        switch number {
        case nil: try await client.resetLimit(name, reason: reason)
        case .unlimited: try await client.setLimit(name, to: nil, reason: reason)
        case .count(let count): try await client.setLimit(name, to: count, reason: reason)
        }
    }
}

/// How many may run at once, as it is typed.
enum LimitNumber: Sendable {
    case unlimited
    case count(Int)

    static func parse(_ text: String) throws -> LimitNumber {
        if text == "none" { return .unlimited }
        guard let count = Int(text), (0...1_000_000).contains(count) else {
            throw ValidationError("\"\(text)\" is neither 0 to 1000000 nor none.")
        }
        return .count(count)
    }
}
