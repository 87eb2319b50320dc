import ArgumentParser
import BackOps

/// Leaves an action out.
struct SkipCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "skip",
        abstract: "Leave the next, or failed, action of an operation out and go on behind it."
    )

    @Argument(help: "The operation's number.", transform: OperationID.parse)
    var id: Int64

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await options.withClient { client in
            try await client.skip(id)
            try await OperationReport.write(id, client, output)
        }
    }
}
