import ArgumentParser
import BackOps

/// Enqueues the operation of a schedule at once.
struct SchedulesRunNowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run-now",
        abstract: "Enqueue the operation of a schedule at once, paused or not; its slots stay as they are."
    )

    @Argument(help: "The schedule's name.", completion: .scheduleNames)
    var name: String

    @Option(help: ArgumentHelp("Say why, for those who look at it later.", valueName: "text"))
    var reason: String?

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let handle = try await options.withClient { try await $0.runSchedule(name, reason: reason) }
        let document: JSONValue = ["schedule": .string(name), "id": .integer(handle.id)]
        StandardStream.output.writeLine(output.json ? document.description : "#\(handle.id)")
    }
}
