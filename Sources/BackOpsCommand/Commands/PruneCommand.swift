import ArgumentParser
import BackOps

/// Deletes operations that ended long ago.
struct PruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Delete operations that ended long ago, with their actions and attempts.",
        discussion: """
            prune --older-than 30d --dry-run
            prune --older-than 7d --state completed --yes

            Active operations always stay. It works in small transactions and waits for nobody, so it may run on a live \
            system, and be interrupted, at any time. The keys of what it deletes are free again.
            """
    )

    @Option(
        help: ArgumentHelp("Delete those that ended longer ago than this: 30d.", valueName: "duration"),
        transform: DurationText.parse
    )
    var olderThan: Duration

    @Option(
        name: .customLong("state"),
        help: ArgumentHelp(
            "Only those that are completed, failed or cancelled; repeat it for several.",
            valueName: "state"
        ),
        completion: .list(["completed", "failed", "cancelled"]),
        transform: OperationState.parse
    )
    var states: [OperationState] = []

    @Flag(help: "Do it without asking.")
    var yes = false

    @Flag(name: [.customShort("n"), .long], help: "Say what would be deleted, and delete nothing.")
    var dryRun = false

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if states.contains(.active) {
            throw ValidationError("An active operation cannot be pruned: cancel it first.")
        }
    }

    func run() async throws {
        try await options.withClient { client in
            let counts = try await client.prunable(retention)
            let total = counts.values.reduce(0, +)
            guard !dryRun else { return report(total, counts) }
            guard total > 0 else { return report(0, [:]) }
            try Confirmation.ask("Delete \(Self.words(total, counts)) for good?", yes: yes)
            report(try await prune(client, total), [:])
        }
    }

    private var retention: Retention {
        func age(_ state: OperationState) -> Duration? {
            states.isEmpty || states.contains(state) ? olderThan : nil
        }
        return Retention(completed: age(.completed), failed: age(.failed), cancelled: age(.cancelled))
    }

    private func prune(_ client: BackOpsClient, _ total: Int) async throws -> Int {
        let showsProgress = StandardStream.error.isTerminal
        defer { if showsProgress { StandardStream.error.write("\r\u{1b}[K") } }
        return try await client.prune(retention) { count in
            if showsProgress { StandardStream.error.write("\r\u{1b}[K\(count) of \(total)") }
        }
    }

    private func report(_ total: Int, _ counts: [OperationState: Int]) {
        guard !output.json else {
            var document: [String: JSONValue] = ["pruned": .integer(Int64(total)), "dry_run": .bool(dryRun)]
            if dryRun {
                for (state, count) in counts { document[state.rawValue] = .integer(Int64(count)) }
            }
            return StandardStream.output.writeLine(JSONValue.object(document).description)
        }
        StandardStream.output.writeLine(
            (dryRun ? "would have pruned " : "pruned ") + Self.words(total, counts)
        )
    }

    /// A number of operations, and how they ended where that is known and not the same for all.
    private static func words(_ total: Int, _ counts: [OperationState: Int]) -> String {
        let operations = total == 1 ? "1 operation" : "\(total) operations"
        let parts = OperationState.allCases.compactMap { state in
            counts[state].map { "\($0) \(state.rawValue)" }
        }
        return parts.isEmpty ? operations : "\(operations) (\(parts.joined(separator: ", ")))"
    }
}
