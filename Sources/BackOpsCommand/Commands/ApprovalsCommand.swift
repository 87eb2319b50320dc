import ArgumentParser
import BackOps

/// Shows what operations ask people for.
struct ApprovalsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approvals",
        abstract: "Show what operations ask people for, or all that one has asked for.",
        discussion: """
            approvals                          what is pending, the oldest first
            approvals --for ann@example.com    what she may decide
            approvals 48213                    what #48213 has asked for, and who decided what
            """
    )

    @Argument(
        help: ArgumentHelp("The number of one operation.", valueName: "id"),
        completion: .operationIDs,
        transform: OperationID.parse
    )
    var id: Int64?

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("Only what this member of approvers may decide.", valueName: "name")
    )
    var member: String?

    @Option(help: ArgumentHelp("Only what is for this role.", valueName: "role"))
    var role: String?

    @Option(
        help: ArgumentHelp("Show so many at most (default: 50, with --json all).", valueName: "number")
    )
    var limit: Int?

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    private static let screenful = 50

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more, not \(limit).") }
        if id != nil, member != nil || role != nil {
            throw ValidationError("--for and --role choose among what is pending; leave the number out.")
        }
    }

    func run() async throws {
        let most = limit ?? (output.json ? Int(Int32.max) : Self.screenful)
        if let id {
            let records = try await options.withClient { client in
                let records = try await client.approvals(of: id, limit: most)
                // Those who decide may see nothing else of an operation, and need not, where it has asked for something.
                if records.isEmpty { _ = try await client.handle(id).record() }
                return records
            }
            if output.json { return write(records.map(\.json)) }
            guard !records.isEmpty else {
                return StandardStream.error.writeLine("#\(id) has asked for nothing")
            }
            return StandardStream.output.write(ApprovalTable().text(records, output.style))
        }
        let found = try await options.withClient { client in
            try await client.pendingApprovals(for: member, role: role, limit: most + 1)
        }
        let pending = Array(found.prefix(most))
        if output.json { return write(pending.map(\.json)) }
        guard !pending.isEmpty else { return StandardStream.error.writeLine("nothing is asked") }
        StandardStream.output.write(ApprovalTable().text(pending, output.style))
        if found.count > most {
            StandardStream.error.say(
                "the oldest \(most), and there are more: --limit shows them, --json gives all",
                output.messageStyle
            )
        }
        let first = pending[0]
        let by = member.map { " --by " + ShellWord.quoted($0) } ?? ""
        StandardStream.error.say(
            "decide one: `\(Program.name) decide \(first.operationID) \(ShellWord.quoted(first.name)) approved"
                + " --approval \(first.id)\(by)`",
            output.messageStyle
        )
    }

    private func write(_ rows: [JSONValue]) {
        StandardStream.output.writeLine(JSONValue.array(rows).description)
    }
}
