import ArgumentParser
import BackOps

/// Lets a paused queue go on.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Let a paused queue go on."
    )

    @Argument(help: "The queue's name.", completion: .pausedQueueNames)
    var queue: String

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await options.withClient { try await $0.resume(queue) }
        let document: JSONValue = ["resumed": .string(queue)]
        StandardStream.output.writeLine(output.json ? document.description : "resumed \(queue)")
    }
}
