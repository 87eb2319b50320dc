import ArgumentParser
import BackOps

/// Approves or rejects what an operation asks for.
struct DecideCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decide",
        abstract: "Approve or reject what an operation asks for: it goes on at once.",
        discussion: """
            decide 48213 refund approved --reason "the goods are back"
            decide refund rejected --operation Refund --key order-42 --by ann@example.com
            decide 48213 refund approved --approval 77

            `approvals` shows what is asked, and its number: with that, what was asked since is not answered. Who may decide is up to the role of the approval: members of a database role, or \
            those that the table approvers lists, whom --by names.
            """
    )

    @Argument(
        help: ArgumentHelp(
            "The number of an operation, the name of the approval, then approved or rejected.",
            valueName: "id"
        ),
        completion: .operationIDs
    )
    var words: [String] = []

    @OptionGroup var target: ApprovalTarget

    @Option(help: ArgumentHelp("Why, for those who look at it later.", valueName: "text"))
    var reason: String?

    @Option(
        name: .customLong("by"),
        help: ArgumentHelp("Who decides (default: the role that is logged in).", valueName: "name")
    )
    var member: String?

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    private func call() throws -> (place: ApprovalPlace, verdict: Decision.Verdict) {
        let (place, rest) = try target.place(of: words)
        guard rest.count == 1, let verdict = Decision.Verdict(rawValue: rest[0]) else {
            throw ValidationError("Say approved or rejected: decide 48213 refund approved.")
        }
        return (place, verdict)
    }

    func validate() throws { _ = try call() }

    func run() async throws {
        let (place, verdict) = try call()
        let record = try await options.withClient { client in
            switch place.operation {
            case .id(let id):
                try await client.decide(
                    id,
                    place.name,
                    verdict,
                    reason: reason,
                    decidedBy: member,
                    approval: place.number
                )
            case .key(let operation, let key):
                try await client.decide(
                    operation: operation,
                    key: key,
                    place.name,
                    verdict,
                    reason: reason,
                    decidedBy: member,
                    approval: place.number
                )
            }
        }
        guard !output.json else { return StandardStream.output.writeLine(record.json.description) }
        StandardStream.output.writeLine(
            "\(record.status) #\(record.operationID) \(Sanitised.line(record.name))"
        )
    }
}
