import ArgumentParser
import BackOps

/// Lets a paused schedule go on.
struct SchedulesResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Let a paused schedule go on with its next slot."
    )

    @Argument(help: "The schedule's name.", completion: .scheduleNames)
    var name: String

    @Option(help: ArgumentHelp("Say why, for those who look at it later.", valueName: "text"))
    var reason: String?

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await options.withClient { try await $0.resumeSchedule(name, reason: reason) }
        let document: JSONValue = ["resumed": .string(name)]
        StandardStream.output.writeLine(output.json ? document.description : "resumed \(name)")
    }
}
