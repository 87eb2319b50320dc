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

    @Option(help: ArgumentHelp("Show so many entries at most.", valueName: "number"))
    var limit = 50

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be 1 or more, not \(limit).") }
    }

    func run() async throws {
        let entries = try await options.withClient { client in
            if let id { _ = try await client.handle(id).record() }
            return try await client.audit(of: id, limit: limit)
        }
        if output.json {
            StandardStream.output.writeLine(JSON.array(entries.map(\.json)).description)
        } else if entries.isEmpty {
            StandardStream.error.writeLine("nobody has done anything" + (id.map { " to #\($0)" } ?? ""))
        } else {
            StandardStream.output.write(AuditTable(entries).text(output.style))
        }
    }
}
