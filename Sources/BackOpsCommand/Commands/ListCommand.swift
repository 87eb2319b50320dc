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
            list --tag eu --queue billing --since 1h --until 10m
            list -q --state failed | xargs backops retry
            list --state failed --since 5m --fail-if-any    for a monitor: ends with 3 if there are any
            """
    )

    @OptionGroup var selection: SelectionOptions

    @Option(help: ArgumentHelp("Show so many at most.", valueName: "number"))
    var limit = 50

    @Flag(name: .shortAndLong, help: "Print numbers only, one a line.")
    var quiet = false

    @Flag(help: "End with 3 if anything is found.")
    var failIfAny = false

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be 1 or more, not \(limit).") }
    }

    func run() async throws {
        let (records, suggestion) = try await options.withClient { client in
            let records = try await selection.query(client).all(limit: limit)
            return (records, records.isEmpty ? try await selection.suggestion(client) : nil)
        }
        if output.json {
            StandardStream.output.writeLine(JSON.array(try records.map { try $0.json() }).description)
        } else if quiet {
            for record in records { StandardStream.output.writeLine("\(record.id)") }
        } else if records.isEmpty {
            StandardStream.error.writeLine("no operations" + (suggestion.map { "; \($0)" } ?? ""))
        } else {
            StandardStream.output.write(OperationTable(records).text(output.style))
            if records.count == limit {
                StandardStream.error.writeLine("the newest \(limit); --limit shows more")
            }
        }
        if failIfAny, !records.isEmpty { throw Problem.silent(.checkFailed) }
    }
}
