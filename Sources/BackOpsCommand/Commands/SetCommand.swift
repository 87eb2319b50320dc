import ArgumentParser
import BackOps

/// Changes globals from outside.
struct SetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set globals of an operation, or remove them.",
        discussion: "An action that runs right now sees them from its next attempt on."
    )

    @Argument(help: "The operation's number.", transform: OperationID.parse)
    var id: Int64

    @Argument(
        help: ArgumentHelp("Globals: key=text or key:=json.", valueName: "key=value"),
        transform: Assignment.init
    )
    var assignments: [Assignment] = []

    @Option(
        name: .customLong("remove"),
        help: ArgumentHelp("Remove this global; repeat it for several.", valueName: "key")
    )
    var removals: [String] = []

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if assignments.isEmpty, removals.isEmpty {
            throw ValidationError("Say what to set: key=text or key:=json.")
        }
    }

    func run() async throws {
        let values = try Assignment.document(assignments)
        try await options.withClient { client in
            for (key, value) in values.sorted(by: { $0.key < $1.key }) {
                try await client.setGlobal(GlobalKey<JSON>(key), to: value, of: id)
            }
            for key in removals { try await client.setGlobal(GlobalKey<JSON>(key), to: nil, of: id) }
            try await OperationReport.write(id, client, output)
        }
    }
}
