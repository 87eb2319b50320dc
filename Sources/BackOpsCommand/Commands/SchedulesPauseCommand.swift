import ArgumentParser
import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Pauses a schedule.
struct SchedulesPauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Pause a schedule: its slots are skipped, and recorded as such.",
        discussion: "schedules pause nightly-report --until 2027-01-02 --reason \"bank holiday\""
    )

    @Argument(help: "The schedule's name.", completion: .scheduleNames)
    var name: String

    @Option(
        help: ArgumentHelp("Let it go on by itself at this time, or after +1h.", valueName: "time"),
        transform: TimeText.parse
    )
    var until: When?

    @Option(help: ArgumentHelp("Say why, for those who look at it later.", valueName: "text"))
    var reason: String?

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let end = until?.date
        try await options.withClient { try await $0.pauseSchedule(name, until: end, reason: reason) }
        if output.json {
            let document: JSONValue = [
                "paused": .string(name), "until": JSONValue(end), "reason": JSONValue(reason),
            ]
            return StandardStream.output.writeLine(document.description)
        }
        StandardStream.output.writeLine(
            "paused \(name)" + (end.map { "; it goes on \(Ago.sentence($0, now: Date()))" } ?? "")
        )
    }
}
