import ArgumentParser
import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

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
        let (made, queues) = try await options.withClient { client in
            (try await pause(client), try await client.queues())
        }
        report(made, queues)
    }

    private func pause(_ client: BackOpsClient) async throws -> QueuePause {
        switch duration.map({ .in($0) }) ?? until ?? .now {
        case .now: try await client.pause(queue, reason: reason)
        case .at(let date): try await client.pause(queue, until: date, reason: reason)
        case .in(let duration): try await client.pause(queue, for: duration, reason: reason)
        }
    }

    private func report(_ pause: QueuePause, _ queues: [QueueRecord]) {
        let style = output.messageStyle
        let isUsed = queues.use(pause.queue)
        if !isUsed { queues.sayUnused(pause.queue, style) }
        guard !output.json else {
            let document: JSONValue = [
                "queue": .string(pause.queue), "paused_at": JSONValue(pause.since),
                "paused_until": JSONValue(pause.until), "paused_by": JSONValue(pause.by),
                "reason": JSONValue(pause.reason),
                "used": .bool(isUsed),
            ]
            return StandardStream.output.writeLine(document.description)
        }
        // What was asked for, not what is left of it by two clocks.
        let end =
            duration.map { "in \(DurationText.short($0))" }
            ?? pause.until.map { Ago.sentence($0, now: Date()) }
        StandardStream.output.writeLine("paused \(pause.queue)" + (end.map { "; it goes on \($0)" } ?? ""))
        StandardStream.error.say("let it go on: `\(Program.name) resume \(pause.queue)`", style)
    }
}
