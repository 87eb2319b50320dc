import ArgumentParser
import BackOps

/// Runs a part of an operation again.
struct RunFromCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run-from",
        abstract: "Run an operation again from an action on, even when it has completed."
    )

    @Argument(help: "The operation's number.", transform: OperationID.parse)
    var id: Int64

    @Argument(help: ArgumentHelp("Where to begin.", valueName: "branch[/action]"), transform: ActionPath.init)
    var target: ActionPath

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await options.withClient { client in
            try await client.run(id, from: BranchName(target.branch), at: target.action)
            try await OperationReport.write(id, client, output)
        }
    }
}
