import BackOps
import Foundation
import LibPQ
import Logging
import Synchronization
import TestSupport
import Testing

/// The connection is cut at every byte of what a worker and the server say to each other.
///
/// `BACKOPS_FAULT_CUTS=all` cuts at every position; without it, at thirty of them, spread evenly, in each direction.
@Suite(.timeLimit(.minutes(60))) struct `A connection that is cut after any number of bytes` {
    private static let cuts =
        ProcessInfo.processInfo.environment["BACKOPS_FAULT_CUTS"] == "all" ? Int.max : 30

    /// Counts how often the bodies of one operation after the other began.
    private final class Starts: Sendable {
        private let counts = Mutex<[Int64: [String: Int]]>([:])

        func note(_ context: ActionContext) {
            counts.withLock { $0[context.operationID, default: [:]][context.actionName, default: 0] += 1 }
        }

        func of(_ id: Int64) -> [String: Int] { counts.withLock { $0[id] ?? [:] } }
    }

    /// Claim, completion by the worker, completion by the action in a transaction, completion by the worker.
    private struct Exchange: OperationDefinition {
        static let name = "Exchange"
        let starts: Starts

        var branches: [Branch] {
            plain("One")
            Do("Two") { context in
                starts.note(context)
                try await context.transaction { transaction in
                    try await transaction.execute(
                        "insert into public.effects (operation_id, action) values (\(context.operationID), 'Two')"
                    )
                    context[GlobalKey<Bool>("Two")] = true
                }
            }
            .retry(.constant(maxAttempts: 10, delay: .zero))
            plain("Three")
        }

        private func plain(_ name: String) -> Do {
            Do(name) { context in
                starts.note(context)
                context[GlobalKey<Bool>(name)] = true
            }
        }
    }

    @Test(arguments: FaultProxy.Direction.allCases, FaultProxy.Ending.allCases)
    func `costs nothing and repeats nothing: the worker finds out what was done`(
        direction: FaultProxy.Direction,
        ending: FaultProxy.Ending
    ) async throws {
        try await withSite { site async throws in
            try await withProxy(to: site) { proxy in
                let starts = Starts()
                let worker = try worker(site, proxy, starts)
                let run = Task { try await worker.run() }
                defer { run.cancel() }
                let length = try await length(direction, site, proxy)
                let step = max(1, length / Self.cuts)
                var cuts = 0
                for position in stride(from: 0, to: length, by: step) {
                    let before = proxy.state.faults
                    proxy.arm(FaultProxy.Cut(direction: direction, afterBytes: position, ending: ending))
                    try await exchange(site, starts, "cut \(direction) after \(position) bytes")
                    cuts += proxy.state.faults - before
                }
                #expect(cuts > length / step / 2, "cut at \(cuts) of \(length) byte positions")
                run.cancel()
                try await run.value
            }
        }
    }

    private func worker(_ site: Site, _ proxy: FaultProxy, _ starts: Starts) throws -> BackOpsWorker {
        var database = try BackOpsDatabase(site.conninfo(through: proxy))
        // The heartbeat has a line of its own: this is about what claims and completes.
        database.listenOptions = site.database.options
        database.maxConnections = 1
        var configuration = WorkerConfiguration()
        configuration.lease = .seconds(60)
        configuration.pollInterval = .seconds(1)
        configuration.concurrency = 1
        configuration.stackTraces = .off
        return try BackOpsWorker(
            database,
            configuration: configuration,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) {
            Exchange(starts: starts)
        }
    }

    /// Learns how many bytes go one way from the enqueue to the end of an operation, once the worker is at rest.
    private func length(
        _ direction: FaultProxy.Direction,
        _ site: Site,
        _ proxy: FaultProxy
    ) async throws -> Int {
        let first = try await site.enqueueOne("Exchange")
        try await eventually("the first one is completed") { try await site.state(first) == "completed" }
        var length = Int.max
        for _ in 0..<5 {
            proxy.arm(nil)
            let id = try await site.enqueueOne("Exchange")
            try await eventually("it is completed") { try await site.state(id) == "completed" }
            length = min(length, proxy.state.forwarded[direction] ?? 0)
        }
        return length
    }

    /// Runs one operation, and checks that nothing of it happened twice.
    private func exchange(_ site: Site, _ starts: Starts, _ what: String) async throws {
        let id = try await site.enqueueOne("Exchange")
        try await eventually("it is completed, \(what)") { try await site.state(id) != "active" }
        let comment = Comment(rawValue: what)
        #expect(try await site.state(id) == "completed", comment)
        let globals = try await site.value(
            "select globals::text from backops.operations where id = \(id)",
            as: String.self
        )
        #expect(globals == #"{"One": true, "Two": true, "Three": true}"#, comment)
        let effects = try await site.value(
            "select count(*) from effects where operation_id = \(id)",
            as: Int.self
        )
        #expect(effects == 1, comment)
        // Whatever began more than once has an attempt that says why.
        let attempts = try await site.client.attempts(of: id).map(\.action)
        for (action, count) in starts.of(id) {
            let explained = attempts.count { $0 == "main/\(action)" }
            #expect(count <= 1 + explained, comment)
        }
        // No attempt is recorded of an action that the worker completes: its body did nothing that could fail.
        #expect(attempts.allSatisfy { $0 == "main/Two" }, comment)
    }
}
