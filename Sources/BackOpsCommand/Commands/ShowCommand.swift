import ArgumentParser
import BackOps

/// Shows everything about one operation.
struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one operation: its flow, globals, attempts and last error, and what to do next."
    )

    @Argument(help: "The operation's number.", completion: .operationIDs, transform: OperationID.parse)
    var id: Int64

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await options.withClient { client in
            let page = OperationPage(
                record: try await client.handle(id).record(),
                actions: try await client.actions(of: id),
                attempts: try await client.attempts(of: id)
            )
            StandardStream.output.write(
                output.json ? try page.json().description + "\n" : try page.text(output.style)
            )
        }
    }
}
