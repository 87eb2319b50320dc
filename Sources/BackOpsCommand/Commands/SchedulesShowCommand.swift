import ArgumentParser
import BackOps

/// Shows one schedule.
struct SchedulesShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show everything about one schedule."
    )

    @Argument(help: "The schedule's name.", completion: .scheduleNames)
    var name: String

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let found = try await options.withClient { try await $0.schedule(named: name) }
        guard let schedule = found else {
            throw Problem(
                .noSuchOperation,
                "there is no schedule \"\(name)\"; `\(Program.name) schedules` lists them"
            )
        }
        if output.json { return StandardStream.output.writeLine(schedule.json.description) }
        for (title, text) in schedule.lines {
            StandardStream.output.writeLine(output.style.paint(title + ": ", .dim) + Sanitised.line(text))
        }
    }
}
