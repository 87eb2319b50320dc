import ArgumentParser
import BackOps

/// Shows what waits where.
struct QueuesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queues",
        abstract: "Show what waits in every queue, and which are paused.",
        discussion:
            "Counting stops at some thousands, shown as 1000+, so that it takes no longer the more there is."
    )

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let queues = try await options.withClient { try await $0.queues() }
        if output.json {
            StandardStream.output.writeLine(JSONValue.array(queues.map(\.json)).description)
        } else if queues.isEmpty {
            StandardStream.error.writeLine("no queues: nothing waits, and no worker is alive")
        } else {
            StandardStream.output.write(QueueTable(queues).text(output.style))
        }
    }
}
