import ArgumentParser
import BackOps

/// Shows everything about one operation.
struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show operations: their flow, globals, attempts and last error, and what to do next.",
        discussion:
            "Globals that people set say who did and when; values that are secret for this role are left out."
    )

    @Argument(
        help: ArgumentHelp("Numbers of operations.", valueName: "id"),
        completion: .operationIDs,
        transform: OperationID.parse
    )
    var ids: [Int64]

    @Flag(help: "Show what its attempts logged, where workers store that.")
    var logs = false

    @Flag(help: "Show how to read and change the same in SQL.")
    var sql = false

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    /// How much of what may be long a page shows.
    private static let (auditEntries, logLines) = (20, 1000)

    func run() async throws {
        try await options.withClient { client in
            var documents: [JSONValue] = []
            for (index, id) in ids.enumerated() {
                let page = try await page(id, client)
                guard !output.json else {
                    documents.append(try page.json())
                    continue
                }
                StandardStream.output.write((index > 0 ? "\n" : "") + (try page.text(output.style)))
            }
            guard output.json else { return }
            // One is a document of its own.
            let document = documents.count == 1 ? documents[0] : JSONValue.array(documents)
            StandardStream.output.writeLine(document.description)
        }
    }

    /// Reads a page: for a machine everything, for a person the newest, and one more to say that there is more.
    private func page(_ id: Int64, _ client: BackOpsClient) async throws -> OperationPage {
        let (most, mostLines) = output.json ? (Int.max, Int.max) : (Self.auditEntries, Self.logLines)
        var page = OperationPage(
            record: try await client.handle(id).record(),
            actions: try await client.actions(of: id),
            attempts: try await client.attempts(of: id),
            explanation: try await client.explain(id),
            audit: try await client.audit(of: id, limit: output.json ? most : most + 1),
            logs: logs ? try await client.logs(of: id, limit: output.json ? mostLines : mostLines + 1) : nil,
            schema: sql ? try options.resolved().schemaName : nil
        )
        page.isAuditCut = page.audit.count > most
        page.audit = Array(page.audit.prefix(most))
        page.areLogsCut = (page.logs?.count ?? 0) > mostLines
        page.logs = page.logs?.suffix(mostLines)
        return page
    }
}
