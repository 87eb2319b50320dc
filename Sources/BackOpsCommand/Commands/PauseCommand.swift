import ArgumentParser
import BackOps

/// Lets nothing of a queue through.
struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Pause a queue: what runs finishes, and nothing of it starts.",
        discussion: """
            pause mail --for 1h --reason "mail server down"
            pause mail --until 2026-12-24T08:00:00Z
            """
    )

    @Argument(help: "The queue's name.", completion: .queueNames)
    var queue: String

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("Let it go on by itself after this time: 1h.", valueName: "duration"),
        transform: DurationText.parse
    )
    var duration: Duration?

    @Option(
        help: ArgumentHelp("Let it go on by itself at this time.", valueName: "time"),
        transform: TimeText.parse
    )
    var until: When?

    @Option(help: ArgumentHelp("Say why, for those who look at it later.", valueName: "text"))
    var reason: String?

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if duration != nil, until != nil { throw ValidationError("Give --for or --until, not both.") }
    }

    func run() async throws {
        let pause = try await options.withClient { client in
            switch duration.map({ .in($0) }) ?? until ?? .now {
            case .now: try await client.pause(queue, reason: reason)
            case .at(let date): try await client.pause(queue, until: date, reason: reason)
            case .in(let duration): try await client.pause(queue, for: duration, reason: reason)
            }
        }
        guard !output.json else {
            let document: JSON = [
                "queue": .string(pause.queue), "paused_at": JSON(pause.since),
                "paused_until": JSON(pause.until), "paused_by": JSON(pause.by), "reason": JSON(pause.reason),
            ]
            return StandardStream.output.writeLine(document.description)
        }
        let end = pause.until.map { "; it goes on \(Ago.sentence($0, now: pause.since))" } ?? ""
        StandardStream.output.writeLine("paused \(pause.queue)\(end)")
        StandardStream.error.writeLine("let it go on: \(Program.name) resume \(pause.queue)")
    }
}
