import ArgumentParser
import BackOps
import LibPQ

/// Shows operations while they run.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract:
            "Show operations while they run: some until they have ended, or all that are active until ctrl-C.",
        discussion: """
            watch 48213 48220
            watch --name Import --tag eu
            watch 48213 --json | jq .progress

            On a terminal the lines change in place; elsewhere there is a line for every change, and with --json a \
            document for every change. What has ended stays in view, and at the end it says how many did how. With numbers it ends with 0 when all have completed, with 4 when one failed, else \
            with 5 when one was cancelled, and with 6 when the time is up.
            """
    )

    @Argument(
        help: ArgumentHelp("Numbers of operations.", valueName: "id"),
        completion: .operationIDs,
        transform: OperationID.parse
    )
    var ids: [Int64] = []

    @OptionGroup(title: "Selection") var selection: SelectionOptions

    @Option(
        help: ArgumentHelp("Look this often.", valueName: "duration"),
        transform: DurationText.parse
    )
    var interval: Duration = .milliseconds(500)

    @Option(
        help: ArgumentHelp("Leave after this time.", valueName: "duration"),
        transform: DurationText.parse
    )
    var timeout: Duration?

    @OptionGroup var options: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !ids.isEmpty, !selection.isEmpty {
            throw ValidationError("Give numbers or a selection, not both.")
        }
        if interval < .milliseconds(50) {
            throw ValidationError(
                "--interval must be 50ms or more: every look is a question to the database."
            )
        }
    }

    func run() async throws {
        let signals = await SignalRelay.trapping()
        let status = try await options.withClient { client in
            try await withThrowingTaskGroup(of: ProgramStatus.self) { group in
                group.addTask { try await follow(client) }
                group.addTask {
                    guard await signals.next() != nil else { throw CancellationError() }
                    return .interrupted
                }
                let first = try await group.next() ?? .error
                group.cancelAll()
                // It has its last word when it is stopped, too.
                while let _ = try? await group.next() {}
                return first
            }
        }
        if status != .done { throw Problem.silent(status) }
    }

    private func follow(_ client: BackOpsClient) async throws -> ProgramStatus {
        let start = ContinuousClock.now
        var view = WatchView(output)
        defer { view.end() }
        while true {
            if ids.isEmpty {
                try await showSelection(client, &view)
            } else if let status = try await showNumbers(client, &view) {
                return status
            }
            if let timeout, ContinuousClock.now - start >= timeout { return .timedOut }
            try await Task.sleep(for: interval)
        }
    }

    /// Gives the exit code once all have ended.
    private func showNumbers(_ client: BackOpsClient, _ view: inout WatchView) async throws -> ProgramStatus?
    {
        let records = try await client.operations.withIDs(ids).all(limit: ids.count)
        let ordered = ids.compactMap { id in records.first { $0.id == id } }
        if let missing = ids.first(where: { id in !records.contains { $0.id == id } }) {
            throw BackOpsError.noSuchOperation(missing)
        }
        try view.show(ordered)
        if ordered.contains(where: { $0.state == .active }) { return nil }
        if ordered.contains(where: { $0.state == .failed }) { return .operationFailed }
        return ordered.contains { $0.state == .cancelled } ? .operationCancelled : .done
    }

    private func showSelection(_ client: BackOpsClient, _ view: inout WatchView) async throws {
        let states = selection.states.isEmpty ? [StateWord(.active as OperationState)] : selection.states
        let query = try selection.query(client, states: states)
        let found = try await query.all(limit: view.room + 1)
        let records = Array(found.prefix(view.room))
        if found.count > records.count {
            view.sayOnce("only the newest \(view.room) are shown", output.messageStyle)
        }
        if found.isEmpty, view.unfinished.isEmpty {
            view.sayOnce("nothing of that is active; it waits", output.messageStyle)
        }
        // What is no longer found has ended, is no longer among the newest, or was deleted.
        let gone = view.unfinished.subtracting(records.map(\.id))
        var ended: [OperationRecord] = []
        if !gone.isEmpty {
            let others = try await client.operations.withIDs(Array(gone)).all(limit: gone.count)
            for id in gone.subtracting(others.map(\.id)) { view.forget(id) }
            ended = others.filter { $0.state != .active }
        }
        try view.show(records, ended: ended, sum: view.isLive ? try await sum(client) : nil)
    }

    /// What waits, in one line.
    private func sum(_ client: BackOpsClient) async throws -> String {
        let (queues, workers) = (try await client.queues(), try await client.workers())
        let isCapped = queues.contains(where: \.isCapped)
        func total(_ count: (QueueRecord) -> Int) -> String {
            let sum = queues.map(count).reduce(0, +)
            return isCapped && sum >= 1000 ? "\(sum)+" : "\(sum)"
        }
        let slots = workers.filter(\.isAlive).map(\.slots).reduce(0, +)
        let paused = queues.filter { $0.pause != nil }.map(\.name)
        return "ready \(total(\.ready))  running \(total(\.running))/\(slots)  "
            + "retrying \(total(\.retrying))  scheduled \(total(\.scheduled))  parked \(total(\.parked))"
            + (paused.isEmpty ? "" : "  paused: \(paused.joined(separator: ", "))") + "   ctrl-C leaves"
    }
}
