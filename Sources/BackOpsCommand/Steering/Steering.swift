import BackOps
import LibPQ

/// Does something to operations, and says what was done.
///
/// Of a selection exactly the operations are changed that were shown before: their numbers are read once.
struct Steering {
    let verb: SteeringVerb
    let ids: [Int64]
    let steering: SteeringOptions
    /// Does it to one operation, or says why not; gives the number to report.
    let one: @Sendable (BackOpsClient, Int64) async throws -> Int64
    /// Does it to as many as it can of a batch, in one transaction, and gives these.
    let many: @Sendable (BackOpsClient, [Int64]) async throws -> [Int64]

    private static let batch = 1000
    /// How many a question shows.
    private static let shownBefore = 10
    /// How many a dry run shows.
    private static let shownDry = 20

    private var output: OutputOptions { steering.output }
    private var dryRun: Bool { steering.dryRun }

    func run() async throws {
        try await steering.options.withClient { client in
            if ids.isEmpty { try await runSelection(client) } else { try await runNumbers(client) }
        }
    }

    /// As ``run()``, but one operation is shown as it then is.
    func runShowingOne() async throws {
        guard let id = ids.first, ids.count == 1, !dryRun else { return try await run() }
        try await steering.options.withClient { client in
            let changed = try await one(client, id)
            let record = try await client.handle(changed).record()
            try OperationReport.write(record, output)
            if let remark = verb.remark(on: record) { StandardStream.error.say(remark, output.messageStyle) }
            try await sayWhatHinders(changed, client)
        }
    }

    /// One after the other; the first that cannot be done ends it, and those before it are done.
    private func runNumbers(_ client: BackOpsClient) async throws {
        var done: [Int64] = []
        do {
            for id in ids {
                done.append(dryRun ? try await client.handle(id).record().id : try await one(client, id))
            }
        } catch {
            if !done.isEmpty { report(done) }
            throw error
        }
        report(done)
        if let id = done.first, done.count == 1, !dryRun { try await sayWhatHinders(id, client) }
    }

    /// What keeps one operation from going on, although that was asked for.
    private func sayWhatHinders(_ id: Int64, _ client: BackOpsClient) async throws {
        guard verb.goesOn else { return }
        try await Hindrances(of: id, client).say(output.messageStyle)
    }

    private func runSelection(_ client: BackOpsClient) async throws {
        let selection = steering.selection
        let states = selection.states.isEmpty ? verb.states.map(StateWord.init) : selection.states
        let found = try await selection.query(client, states: states).ids()
        if found.isEmpty, !output.json { try await sayWhatElse(client) }
        if dryRun { return try await preview(found, client) }
        guard !found.isEmpty else { return report([]) }
        if !steering.yes, Confirmation.canAsk {
            StandardStream.error.write(try await table(found, Self.shownBefore, output.messageStyle, client))
        }
        try Confirmation.ask("\(verb.present) \(Self.operations(found.count))?", yes: steering.yes)
        var done: [Int64] = []
        for start in stride(from: 0, to: found.count, by: Self.batch) {
            done += try await many(client, Array(found[start..<min(start + Self.batch, found.count)]))
        }
        report(done)
        let left = found.count - done.count
        guard left > 0 else { return }
        let words = "\(Self.operations(left)) had changed meanwhile, or cannot be \(verb.past)"
        guard done.isEmpty else { return StandardStream.error.writeLine(words) }
        throw Problem(.error, words, advice: "With the number \(found[0]) instead, the command says why.")
    }

    /// Where nothing was found: what else may have been meant.
    private func sayWhatElse(_ client: BackOpsClient) async throws {
        let selection = steering.selection
        if let suggestion = try await selection.suggestion(client) {
            StandardStream.error.say(suggestion, output.messageStyle)
        }
        guard selection.states.isEmpty else { return }
        let others = try await selection.query(client, states: []).count()
        guard others > 0 else { return }
        let words = others == 1 ? "1 other matches, but is" : "\(others) others match, but are"
        let states = verb.states.map(\.rawValue).joined(separator: " or ")
        let hint = verb.allowed.count > verb.states.count ? ": --state says which are meant" : ""
        StandardStream.error.say("\(words) not \(states)\(hint)", output.messageStyle)
    }

    private func preview(_ found: [Int64], _ client: BackOpsClient) async throws {
        guard !output.json else { return report(found) }
        StandardStream.output.writeLine("would have \(verb.past) \(Self.operations(found.count))")
        guard !found.isEmpty else { return }
        StandardStream.output.write(try await table(found, Self.shownDry, output.style, client))
    }

    /// The newest of what was found.
    private func table(
        _ found: [Int64],
        _ limit: Int,
        _ style: Style,
        _ client: BackOpsClient
    ) async throws -> String {
        let newest = Array(found.suffix(limit))
        let records = try await client.operations.withIDs(newest).all(limit: limit)
        let rest = found.count - newest.count
        return try OperationTable(records).text(style) + (rest > 0 ? "… and \(rest) more\n" : "")
    }

    private func report(_ done: [Int64]) {
        guard !output.json else {
            let document: JSONValue = [
                JSONValue.Key(verb.past): .array(done.map { .integer($0) }), "dry_run": .bool(dryRun),
            ]
            return StandardStream.output.writeLine(document.description)
        }
        let words = dryRun ? "would have \(verb.past)" : verb.past
        let what = ids.isEmpty ? Self.operations(done.count) : done.map { "#\($0)" }.joined(separator: " ")
        StandardStream.output.writeLine("\(words) \(what)")
    }

    static func operations(_ count: Int) -> String {
        count == 1 ? "1 operation" : "\(count) operations"
    }
}
