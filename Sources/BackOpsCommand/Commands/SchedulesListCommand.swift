import ArgumentParser
import BackOps

/// Shows all schedules.
struct SchedulesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show every schedule, when it runs next, and what became of its last slot."
    )

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let schedules = try await options.withClient { try await $0.schedules() }
        if output.json {
            StandardStream.output.writeLine(JSONValue.array(schedules.map(\.json)).description)
        } else if schedules.isEmpty {
            StandardStream.error.writeLine("no schedules; create one with `\(Program.name) schedules create`")
        } else {
            StandardStream.output.write(ScheduleTable(schedules).text(output.style))
        }
    }
}
