import ArgumentParser
import BackOps

/// What is done to several operations, in words.
struct SteeringVerb {
    let present: String
    let past: String
    /// The states that it is for, when none were asked for.
    let states: [OperationState]

    /// Those that somebody cancelled on purpose stay so, unless they are asked for.
    static let retry = SteeringVerb(present: "Retry", past: "retried", states: [.failed])
    static let cancel = SteeringVerb(present: "Cancel", past: "cancelled", states: [.active])
}

/// The operations that `retry` and `cancel` are about: by number, or all that match.
struct SteeringTargets: ParsableArguments {
    @Argument(help: ArgumentHelp("Numbers of operations.", valueName: "id"), transform: OperationID.parse)
    var ids: [Int64] = []

    @OptionGroup(title: "Selection") var selection: SelectionOptions

    @Flag(help: "Do it without asking.")
    var yes = false

    @Flag(name: [.customShort("n"), .long], help: "Say what would be done, and do nothing.")
    var dryRun = false

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func check(allowed: [OperationState]) throws {
        if ids.isEmpty, selection.isEmpty {
            throw ValidationError(
                "Name operations by number, or select them with --name, --state, --where or --since."
            )
        }
        if !ids.isEmpty, !selection.isEmpty {
            throw ValidationError("Give numbers or a selection, not both.")
        }
        if let state = selection.states.first(where: { !allowed.contains($0) }) {
            let list = allowed.map(\.rawValue).joined(separator: " or ")
            throw ValidationError(
                "That cannot be done to operations that are \(state.rawValue), only to those that are \(list)."
            )
        }
    }

    func run(
        _ verb: SteeringVerb,
        one: @Sendable (BackOpsClient, Int64) async throws -> Void,
        all: @Sendable (OperationQuery) async throws -> [Int64]
    ) async throws {
        try await options.withClient { client in
            guard ids.isEmpty else { return try await steer(client, verb, one) }
            let states = selection.states.isEmpty ? verb.states : selection.states
            let query = try selection.query(client, states: states)
            let count = try await query.count()
            if dryRun { return try await preview(query, count, verb) }
            if count > 0 { try Confirmation.ask("\(verb.present) \(Self.operations(count))?", yes: yes) }
            report(count > 0 ? try await all(query) : [], verb)
        }
    }

    /// One after the other; the first that cannot be done ends it, and those before it are done.
    private func steer(
        _ client: BackOpsClient,
        _ verb: SteeringVerb,
        _ one: (BackOpsClient, Int64) async throws -> Void
    ) async throws {
        var done: [Int64] = []
        do {
            for id in ids {
                if dryRun { _ = try await client.handle(id).record() } else { try await one(client, id) }
                done.append(id)
            }
        } catch {
            if !done.isEmpty { report(done, verb) }
            throw error
        }
        report(done, verb)
    }

    private func preview(_ query: OperationQuery, _ count: Int, _ verb: SteeringVerb) async throws {
        if output.json {
            report(try await query.all(limit: max(1, count)).map(\.id), verb)
        } else {
            StandardStream.output.writeLine("would have \(verb.past) \(Self.operations(count))")
            let records = try await query.all(limit: 20)
            if !records.isEmpty { StandardStream.output.write(OperationTable(records).text(output.style)) }
        }
    }

    private func report(_ ids: [Int64], _ verb: SteeringVerb) {
        guard !output.json else {
            let document: JSON = [
                verb.past: .array(ids.map { .integer($0) }), "dry_run": .bool(dryRun),
            ]
            return StandardStream.output.writeLine(document.description)
        }
        let words = dryRun ? "would have \(verb.past)" : verb.past
        let what = self.ids.isEmpty ? Self.operations(ids.count) : ids.map { "#\($0)" }.joined(separator: " ")
        StandardStream.output.writeLine("\(words) \(what)")
    }

    private static func operations(_ count: Int) -> String {
        count == 1 ? "1 operation" : "\(count) operations"
    }
}
