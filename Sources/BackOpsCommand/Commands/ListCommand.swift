import ArgumentParser
import BackOps

/// Shows operations.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show operations, newest first.",
        discussion: """
            list --state failed --name Fulfilment
            list --where subscription_id:=42
            """
    )

    @OptionGroup var selection: SelectionOptions

    @Option(help: ArgumentHelp("Show so many at most.", valueName: "number"))
    var limit = 50

    @Flag(name: .shortAndLong, help: "Print numbers only, one a line.")
    var quiet = false

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be 1 or more, not \(limit).") }
    }

    func run() async throws {
        let records = try await options.withClient { client in
            try await selection.query(client).all(limit: limit)
        }
        if output.json {
            StandardStream.output.writeLine(JSON.array(try records.map { try $0.json() }).description)
        } else if quiet {
            for record in records { StandardStream.output.writeLine("\(record.id)") }
        } else if records.isEmpty {
            StandardStream.error.writeLine("no operations")
        } else {
            StandardStream.output.write(OperationTable(records).text(output.style))
            if records.count == limit {
                StandardStream.error.writeLine("the newest \(limit); --limit shows more")
            }
        }
    }
}
