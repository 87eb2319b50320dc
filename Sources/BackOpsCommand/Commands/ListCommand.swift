import ArgumentParser
import BackOps
import LibPQ

/// Shows operations.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show operations, newest first.",
        discussion: """
            list --state failed --name Fulfilment
            list --where subscription_id:=42
            list --tag eu --queue billing --since 1h --until 10m
            list --state retrying --sort due --columns id,action,run_at,globals.subscription_id
            list --after 48213                              the page that follows
            list -q --state failed | xargs backops retry    all of them, however many
            list --state failed --since 5m --fail-if-any    for a monitor: ends with 3 if there are any

            The table ends after 50 and says so. -q and --json give everything, page after page, unless --limit says \
            otherwise. In an order other than that of numbers every page reads all that matches.
            """
    )

    @OptionGroup var selection: SelectionOptions

    @Option(
        help: ArgumentHelp("Show so many at most (default: 50 in the table, all else).", valueName: "number")
    )
    var limit: Int?

    @Option(
        help: ArgumentHelp("Begin behind the operation of this number, in the order shown.", valueName: "id"),
        completion: .operationIDs,
        transform: OperationID.parse
    )
    var after: Int64?

    @Option(
        help: ArgumentHelp(
            "Sort by \(OperationOrder.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "order"
        ),
        completion: .list(OperationOrder.allCases.map(\.rawValue)),
        transform: Self.order
    )
    var sort = OperationOrder.id

    @Flag(help: "Turn the order round: with numbers, the oldest first.")
    var reverse = false

    @Option(
        help: ArgumentHelp(
            "Show these columns: \(OperationColumn.names.joined(separator: ", ")).",
            valueName: "names"
        ),
        completion: .list(OperationColumn.names),
        transform: OperationColumn.parse
    )
    var columns: [OperationColumn] = []

    @Flag(name: .shortAndLong, help: "Print numbers only, one a line.")
    var quiet = false

    @Flag(help: "End with 3 if anything is found.")
    var failIfAny = false

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    /// How many lines of a table a person is shown without having asked for more.
    private static let screenful = 50
    /// How many operations are in memory at once.
    private static let page = 500

    private static func order(_ text: String) throws(ArgumentError) -> OperationOrder {
        guard let order = OperationOrder(rawValue: text) else {
            throw .unknown(text, as: "order", of: OperationOrder.allCases.map(\.rawValue))
        }
        return order
    }

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more, not \(limit).") }
        if quiet, !columns.isEmpty { throw ValidationError("-q prints numbers, and takes no --columns.") }
    }

    func run() async throws {
        let isAny = try await options.withClient { client in
            var query = try selection.query(client).sorted(by: sort, reversed: reverse)
            if let after { query = query.after(after) }
            if output.json { return try await writeDocument(query) }
            if quiet {
                return try await pages(of: query) { page in
                    StandardStream.output.write(page.map { "\($0.id)\n" }.joined())
                } > 0
            }
            return try await writeTable(query, client)
        }
        if failIfAny, isAny { throw Problem.silent(.checkFailed) }
    }

    /// Hands out page after page of what was found, and counts it.
    private func pages(
        of query: OperationQuery,
        _ body: ([OperationRecord]) throws -> Void
    ) async throws -> Int {
        var (query, count) = (query, 0)
        while true {
            let wanted = min(Self.page, (limit ?? .max) - count)
            guard wanted > 0 else { return count }
            let page = try await query.all(limit: wanted)
            count += page.count
            if !page.isEmpty { try body(page) }
            guard page.count == wanted, let last = page.last else { return count }
            query = query.after(last.id)
        }
    }

    /// One array, a line for each operation.
    private func writeDocument(_ query: OperationQuery) async throws -> Bool {
        let chosen = columns.isEmpty ? nil : columns
        var isFirst = true
        let count = try await pages(of: query) { page in
            let rows = try page.map { try $0.json(chosen).description }.joined(separator: ",\n")
            StandardStream.output.write((isFirst ? "[" : ",\n") + rows)
            isFirst = false
        }
        StandardStream.output.writeLine(count == 0 ? "[]" : "]")
        return count > 0
    }

    private func writeTable(_ query: OperationQuery, _ client: BackOpsClient) async throws -> Bool {
        let limit = limit ?? Self.screenful
        let found = try await query.all(limit: limit == .max ? limit : limit + 1)
        let records = Array(found.prefix(limit))
        guard let last = records.last else {
            let suggestion = after == nil ? try await selection.suggestion(client) : nil
            let words = after.map { "no operations behind #\($0)" } ?? "no operations"
            StandardStream.error.say(words + (suggestion.map { "; \($0)" } ?? ""), output.messageStyle)
            return false
        }
        let table = OperationTable(records, columns: columns.isEmpty ? nil : columns)
        StandardStream.output.write(try table.text(output.style))
        if found.count > limit {
            StandardStream.error.say(
                "the first \(limit), and there are more: --after \(last.id) shows what follows, --limit more at once; "
                    + "-q and --json give all",
                output.messageStyle
            )
        }
        return true
    }
}
