import ArgumentParser
import BackOps

/// Shows everything about one operation.
struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one operation: its flow, globals, attempts and last error, and what to do next.",
        discussion:
            "Globals that people set say who did and when; values that are secret for this role are left out."
    )

    @Argument(help: "The operation's number.", completion: .operationIDs, transform: OperationID.parse)
    var id: Int64

    @Flag(help: "Show what its attempts logged, where workers store that.")
    var logs = false

    @Flag(help: "Show how to read and change the same in SQL.")
    var sql = false

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await options.withClient { client in
            let page = OperationPage(
                record: try await client.handle(id).record(),
                actions: try await client.actions(of: id),
                attempts: try await client.attempts(of: id),
                explanation: try await client.explain(id),
                audit: try await client.audit(of: id, limit: 20),
                logs: logs ? try await client.logs(of: id) : nil,
                schema: sql ? try options.resolved().schemaName : nil
            )
            StandardStream.output.write(
                output.json ? try page.json().description + "\n" : try page.text(output.style)
            )
        }
    }
}
