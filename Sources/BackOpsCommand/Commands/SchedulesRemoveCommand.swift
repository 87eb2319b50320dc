import ArgumentParser
import BackOps

/// Removes a schedule.
struct SchedulesRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove a schedule; its operations stay."
    )

    @Argument(help: "The schedule's name.", completion: .scheduleNames)
    var name: String

    @Option(help: ArgumentHelp("Say why, for those who look at it later.", valueName: "text"))
    var reason: String?

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await options.withClient { try await $0.unschedule(name, reason: reason) }
        let document: JSONValue = ["removed": .string(name)]
        StandardStream.output.writeLine(output.json ? document.description : "removed \(name)")
    }
}
