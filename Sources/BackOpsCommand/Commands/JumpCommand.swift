import ArgumentParser
import BackOps

/// Makes another action the next one.
struct JumpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jump",
        abstract: "Make another action the next one of an operation that has not completed.",
        discussion:
            "What it passes over in that branch is skipped, and what had ended from there on runs again."
    )

    @Argument(help: "The operation's number.", transform: OperationID.parse)
    var id: Int64

    @Argument(help: ArgumentHelp("Where to go on.", valueName: "branch[/action]"), transform: ActionPath.init)
    var target: ActionPath

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await options.withClient { client in
            try await client.jump(id, to: BranchName(target.branch), at: target.action)
            try await OperationReport.write(id, client, output)
        }
    }
}
