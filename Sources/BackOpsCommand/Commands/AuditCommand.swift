import ArgumentParser
import BackOps

/// Shows who did what.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Show what people did to operations and queues, newest first: who, what, when and why."
    )

    @Argument(
        help: ArgumentHelp("The number of one operation.", valueName: "id"),
        completion: .operationIDs,
        transform: OperationID.parse
    )
    var id: Int64?

    @Option(
        help: ArgumentHelp(
            "Show so many entries at most (default: 50, with --json all).",
            valueName: "number"
        )
    )
    var limit: Int?

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more, not \(limit).") }
    }

    func run() async throws {
        try await options.withClient { client in
            if let id { _ = try await client.handle(id).record() }
            if output.json { try await writeDocument(client) } else { try await writeTable(client) }
        }
    }

    private static let (screenful, page) = (50, 500)

    private func writeTable(_ client: BackOpsClient) async throws {
        let limit = limit ?? Self.screenful
        let entries = try await client.audit(of: id, limit: limit == .max ? limit : limit + 1)
        guard !entries.isEmpty else {
            let words = "nobody has done anything" + (id.map { " to #\($0)" } ?? "")
            return StandardStream.error.writeLine(words)
        }
        StandardStream.output.write(AuditTable(Array(entries.prefix(limit))).text(output.style))
        if entries.count > limit {
            StandardStream.error.say(
                "the newest \(limit), and there are more: --limit shows them, --json gives all",
                output.messageStyle
            )
        }
    }

    /// One array, page after page.
    private func writeDocument(_ client: BackOpsClient) async throws {
        var (count, last): (Int, Int64?) = (0, nil)
        while true {
            let wanted = min(Self.page, (limit ?? .max) - count)
            let entries = wanted > 0 ? try await client.audit(of: id, before: last, limit: wanted) : []
            if !entries.isEmpty {
                let rows = entries.map { "\($0.json)" }.joined(separator: ",\n")
                StandardStream.output.write((count == 0 ? "[" : ",\n") + rows)
            }
            count += entries.count
            last = entries.last?.id
            if entries.count < wanted || entries.isEmpty { break }
        }
        StandardStream.output.writeLine(count == 0 ? "[]" : "]")
    }
}
