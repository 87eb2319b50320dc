import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Foundation
import LibPQ
import Logging
import ServiceLifecycle
import TestSupport
import Testing

/// One action that waits until its gate opens or its task is cancelled.
private struct Wait: OperationDefinition {
    static let name = "Wait"
    let journal: Journal
    let gate: Gate
    var ignoresCancellation = false

    var branches: [Branch] {
        Do("Hold") { context in
            journal.note("began \(context.attempt)")
            if ignoresCancellation {
                await gate.wait()
            } else {
                try await withTaskCancellationHandler {
                    await gate.wait()
                    try Task.checkCancellation()
                } onCancel: {
                    gate.open()
                }
            }
            journal.note("ended \(context.attempt)")
        }
        Do("After") { _ in journal.note("after") }
    }
}

@Suite(.backops) struct `Stopping a worker` {
    let journal = Journal()
    let gate = Gate()

    private func isStopping() async throws -> Bool {
        try await TestDatabase.current.value(
            "select coalesce(bool_and(stopping and not sleeping), false) from workers",
            as: Bool.self
        )
    }

    @Test func `lets what runs finish within the grace period, and claims nothing more`() async throws {
        try await withClient { client in
            let worker = try BackOpsWorker.test { Wait(journal: journal, gate: gate) }
            let handle = try await client.enqueue(Wait.self)
            let relay = StopRelay()
            let run = Task { try await worker.run(relay) }
            try await eventually("the action runs") { journal.entries == ["began 1"] }
            relay.stop(.graceful)
            gate.open()
            try await run.value
            #expect(journal.entries == ["began 1", "ended 1"])
            let record = try await handle.record()
            #expect(record.status == .ready)
            #expect(record.action == "main/After")
            #expect(try await client.attempts(of: handle.id).isEmpty)
            #expect(try await TestDatabase.current.value("select count(*) from workers", as: Int.self) == 0)
        }
    }

    @Test(arguments: [WorkerInbox.Stop.graceful, .now])
    func `does not begin what an answer hands over that comes afterwards`(stop: WorkerInbox.Stop) async throws
    {
        let database = TestDatabase.current
        let other = try await PQConnection.connect(database.options)
        try await withClient { client in
            let worker = try BackOpsWorker.test { Wait(journal: journal, gate: gate) }
            // Its plan is registered by a first run, which needs the table that is locked next.
            try await worker.drain()
            let handle = try await client.enqueue(Wait.self)
            try await other.script("begin; lock table actions in access exclusive mode")
            let relay = StopRelay()
            let run = Task { try await worker.run(relay) }
            try await eventually("its claim waits") {
                try await database.value(
                    """
                    select exists (select from pg_locks where not granted and relation = 'actions'::regclass)
                    """,
                    as: Bool.self
                )
            }
            relay.stop(stop)
            try await other.script("commit")
            try await run.value
            #expect(journal.entries.isEmpty)
            #expect(try await handle.record().status == .ready)
            #expect(try await client.attempts(of: handle.id).isEmpty)
        }
        await other.close()
    }

    @Test func `cancels and hands back what exceeds the grace period, at no cost in attempts`() async throws {
        try await withClient { client in
            let worker = try BackOpsWorker.test {
                $0.gracePeriod = .zero
            } operations: {
                Wait(journal: journal, gate: gate)
            }
            let handle = try await client.enqueue(Wait.self)
            let relay = StopRelay()
            let run = Task { try await worker.run(relay) }
            try await eventually("the action runs") { journal.entries == ["began 1"] }
            relay.stop(.graceful)
            try await run.value
            let record = try await handle.record()
            #expect(record.status == .ready)
            #expect(record.attempt == 0)
            #expect(try await client.attempts(of: handle.id).map(\.outcome) == [.released])
        }
    }

    @Test(.enabled(if: TestServer.workersListen, "Workers do not listen in this run."))
    func `is told to the database, so that nobody wakes a worker that takes no more`() async throws {
        try await withClient { client async throws in
            let worker = try BackOpsWorker.test { Wait(journal: journal, gate: gate) }
            try await client.enqueue(Wait.self)
            let relay = StopRelay()
            let run = Task { try await worker.run(relay) }
            let told = "select coalesce(bool_and(sleeping and not stopping), false) from workers"
            try await eventually("it runs an action, and sleeps for want of others") {
                let sleeps = try await TestDatabase.current.value("\(unescaped: told)", as: Bool.self)
                return sleeps && journal.entries == ["began 1"]
            }
            relay.stop(.graceful)
            try await eventually("the database knows that it stops") {
                try await isStopping()
            }
            gate.open()
            try await run.value
        }
    }

    @Test func `is what a service group does on SIGTERM`() async throws {
        try await withClient { client async throws in
            let worker = try BackOpsWorker.test { Wait(journal: journal, gate: gate) }
            let handle = try await client.enqueue(Wait.self)
            let group = ServiceGroup(
                services: [worker],
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            let run = Task { try await group.run() }
            try await eventually("the action runs") { journal.entries == ["began 1"] }
            await group.triggerGracefulShutdown()
            // The group passes it on in its own time.
            try await eventually("the worker stops") { try await isStopping() }
            gate.open()
            try await run.value
            #expect(journal.entries == ["began 1", "ended 1"])
            #expect(try await handle.record().action == "main/After")
        }
    }

    @Test func `hands back at once when its task is cancelled`() async throws {
        try await withClient { client in
            let worker = try BackOpsWorker.test { Wait(journal: journal, gate: gate) }
            let handle = try await client.enqueue(Wait.self)
            let run = Task { try await worker.run() }
            try await eventually("the action runs") { journal.entries == ["began 1"] }
            run.cancel()
            try await run.value
            #expect(try await handle.record().attempt == 0)
        }
    }

    @Test func `leaves an action behind that ignores its cancellation, and refuses its late result`()
        async throws
    {
        try await withClient { client in
            let worker = try BackOpsWorker.test {
                $0.gracePeriod = .zero
            } operations: {
                Wait(journal: journal, gate: gate, ignoresCancellation: true)
            }
            let handle = try await client.enqueue(Wait.self)
            let relay = StopRelay()
            let run = Task { try await worker.run(relay) }
            try await eventually("the action runs") { journal.entries == ["began 1"] }
            relay.stop(.now)
            try await run.value
            gate.open()
            try await eventually("the action has ended") { journal.entries == ["began 1", "ended 1"] }
            #expect(try await handle.record().action == "main/Hold")
            #expect(try await client.attempts(of: handle.id).map(\.outcome) == [.released])
        }
    }
}

@Suite(.backops, .timeLimit(.minutes(10))) struct `Cancelling an operation` {
    let journal = Journal()
    let gate = Gate()

    /// Runs a worker, cancels the operation whose action it runs, and waits until the action has heard of it.
    private func cancelling(
        _ configure: (inout WorkerConfiguration) -> Void = { _ in },
        by cancel: (BackOpsClient, Int64) async throws -> Void
    ) async throws {
        try await withClient { client async throws in
            let worker = try BackOpsWorker.test(configure) { Wait(journal: journal, gate: gate) }
            let handle = try await client.enqueue(Wait.self)
            try await working(worker) {
                try await eventually("the action runs") { journal.entries == ["began 1"] }
                try await cancel(client, handle.id)
                try await eventually("the action is cancelled") { gate.isOpen }
            }
            #expect(journal.entries == ["began 1"])
            let record = try await handle.record()
            #expect(record.state == .cancelled)
            #expect(record.note == "cancelled: the customer left")
            #expect(try await client.attempts(of: handle.id).map(\.outcome) == [.cancelled])
        }
    }

    @Test func `reaches an action that runs in a worker, and its result is refused`() async throws {
        try await cancelling { try await $0.cancel($1, reason: "the customer left") }
    }

    @Test func `reaches an action in a worker that cannot listen`() async throws {
        try await cancelling {
            $0.listens = false
        } by: {
            try await $0.cancel($1, reason: "the customer left")
        }
    }

    @Test(.enabled(if: TestServer.workersListen, "Workers do not listen in this run."))
    func `reaches an action whose worker was just connecting anew, and did not listen`() async throws {
        let database = TestDatabase.current
        try await cancelling { _, id in
            let old = try await database.value("select backend_pid from workers", as: Int32.self)
            try await database.pool.withTransaction { transaction in
                // The worker cannot attach its next session, and does not listen before, until this commits.
                try await transaction.query("select from workers for update")
                try await database.query("select pg_terminate_backend(\(old))")
                try await eventually("its session has ended") {
                    try await database.value(
                        "select not exists (select from pg_stat_activity where pid = \(old))",
                        as: Bool.self
                    )
                }
                try await transaction.query("select cancel(\(id), 'the customer left')")
            }
        }
    }
}

@Suite(.backops) struct `A worker's lease` {
    let journal = Journal()
    let gate = Gate()

    @Test func `that ended makes it stop its actions and register anew`() async throws {
        try await withClient { client in
            let worker = try BackOpsWorker.test {
                $0.lease = .seconds(1)
            } operations: {
                Wait(journal: journal, gate: gate)
            }
            let handle = try await client.enqueue(Wait.self)
            let database = TestDatabase.current
            try await working(worker) {
                try await eventually("the action runs") { journal.entries == ["began 1"] }
                let first = try await database.value("select id from workers", as: Int64.self)
                // As if it had been frozen: somebody else's clock says that the lease is over.
                try await database.query("update workers set heartbeat_at = heartbeat_at - interval '1 hour'")
                try await database.query("select * from rescue()")
                try await eventually("it has registered anew and run the action again") {
                    journal.entries.contains("began 2") || journal.entries.contains("after")
                }
                // Who cannot listen may stop the action before it knows that its lease has ended.
                try await eventually("it is another worker") {
                    try await database.value(
                        "select exists (select from workers where id <> \(first))",
                        as: Bool.self
                    )
                }
                gate.open()
                let record = try await handle.result(timeout: .seconds(600))
                #expect(record.state == .completed)
            }
            #expect(try await client.attempts(of: handle.id).map(\.outcome).first == .crashed)
        }
    }

    @Test func `is renewed although actions block every thread of the pool`() async throws {
        struct Block: OperationDefinition {
            static let name = "Block"
            var branches: [Branch] {
                Do("Spin") { _ in
                    let end = ContinuousClock.now + .seconds(3)
                    while ContinuousClock.now < end {}
                }
            }
        }
        try await withClient { client in
            let worker = try BackOpsWorker.test {
                $0.lease = .seconds(1)
            } operations: {
                Block()
            }
            let ids = try await client.enqueue(Block.self, batch: Array(repeating: [:], count: 2))
            try await worker.drain()
            for id in ids {
                #expect(try await client.handle(id).record().state == .completed)
                #expect(try await client.attempts(of: id).isEmpty)
            }
        }
    }
}
