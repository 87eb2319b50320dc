import ArgumentParser
import BackOps

/// Sets how many may start in a time.
struct RateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rate",
        abstract: "Set how many may start in which time, whatever plans say, or close a rate for a while.",
        discussion: """
            rate stripe 50 --per 1s --reason "they ask us to go slowly"
            rate stripe none            any number
            rate stripe --reset         as the plan says again
            rate stripe --close-for 5m  nothing starts
            rate stripe --open          at once again

            What is to start within the next two seconds still does.
            """
    )

    @Argument(help: "The rate's name.", completion: .rateNames)
    var name: String

    @Argument(
        help: ArgumentHelp(
            "How many, of each key where it has some: 1 to 1000000, or none.",
            valueName: "number"
        ),
        transform: RateNumber.parse
    )
    var number: RateNumber?

    @Option(
        help: ArgumentHelp("In which time (default: as it is, else 1s).", valueName: "duration"),
        transform: DurationText.parse
    )
    var per: Duration?

    @Option(
        help: ArgumentHelp("How many at once after a pause (default: as it is, else 1).", valueName: "number")
    )
    var burst: Int?

    @Flag(help: "Let the pace of the plan hold again.")
    var reset = false

    @Option(
        help: ArgumentHelp("Let nothing start for this time.", valueName: "duration"),
        transform: DurationText.parse
    )
    var closeFor: Duration?

    @Flag(help: "Let what was closed start again.")
    var open = false

    @Option(help: ArgumentHelp("Which key to close or open, where it has some.", valueName: "key"))
    var key: String?

    @Option(help: ArgumentHelp("Say why, for those who look at it later.", valueName: "text"))
    var reason: String?

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard [number != nil, reset, closeFor != nil, open].count(where: { $0 }) == 1 else {
            throw ValidationError("Give a number, none, --reset, --close-for or --open: rate stripe 50.")
        }
        if per != nil || burst != nil, number?.count == nil {
            throw ValidationError("--per and --burst are for a number: rate stripe 50 --per 1s.")
        }
        if let burst, !(1...1_000_000).contains(burst) {
            throw ValidationError("--burst must be 1 to 1000000, not \(burst).")
        }
        if let per, !(.milliseconds(1)...Duration.seconds(31_536_000)).contains(per) {
            throw ValidationError("--per must be 1ms to 365d.")
        }
        if key != nil, closeFor == nil, !open {
            throw ValidationError("--key is for --close-for and --open.")
        }
    }

    func run() async throws {
        if let closeFor { return try await close(for: closeFor) }
        if open { return try await close(for: nil) }
        let (setting, others) = try await options.withClient { client in
            let known = try await client.rates()
            let others = known.contains { $0.name == name } ? nil : known.map(\.name)
            return (try await change(client, known.first { $0.name == name }), others)
        }
        setting.write("rate", others: others, output)
    }

    private func change(_ client: BackOpsClient, _ known: RateRecord?) async throws -> RateSetting {
        switch number {
        case nil: return try await client.resetRate(name, reason: reason)
        case .unlimited: return try await client.setRate(name, to: nil, reason: reason)
        case .count(let count):
            // What is not said stays: 50 instead of 100 per minute are 50 per minute.
            let pace = known?.pace ?? known?.setting.declared
            return try await client.setRate(
                name,
                to: count,
                per: per ?? pace?.per ?? .seconds(1),
                burst: burst ?? pace?.burst ?? 1,
                reason: reason
            )
        }
    }

    private func close(for duration: Duration?) async throws {
        try await options.withClient { client in
            if let duration {
                try await client.closeRate(name, for: duration, key: key, reason: reason)
            } else {
                try await client.openRate(name, key: key, reason: reason)
            }
        }
        if output.json {
            let closed: JSONValue = [
                "name": .string(name), "key": JSONValue(key),
                "closed_for": duration.map(\.secondsJSON) ?? .null,
            ]
            return StandardStream.output.writeLine(closed.description)
        }
        let gate = Sanitised.line(key.map { "\(name)/\($0)" } ?? name)
        guard let duration else { return StandardStream.output.writeLine("opened \(gate)") }
        StandardStream.output.writeLine("closed \(gate) for \(DurationText.short(duration))")
        let option = key.map { " --key \(ShellWord.quoted($0))" } ?? ""
        StandardStream.error.say(
            "open it again: `\(Program.name) rate \(ShellWord.quoted(name)) --open\(option)`",
            output.messageStyle
        )
    }
}

/// How many may start in a time, as it is typed.
enum RateNumber: Sendable {
    case unlimited
    case count(Int)

    /// The number; nil for any.
    var count: Int? { if case .count(let count) = self { count } else { nil } }

    static func parse(_ text: String) throws -> RateNumber {
        if text == "none" { return .unlimited }
        guard let count = Int(text), (1...1_000_000).contains(count) else {
            throw ValidationError(
                "\"\(text)\" is neither 1 to 1000000 nor none; --close-for lets nothing start."
            )
        }
        return .count(count)
    }
}
