import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Logging
import TestSupport
import Testing

/// An operation that ends when its gate opens.
private struct Held: OperationDefinition {
    static let name = "Held"
    let gate: Gate
    let journal: Journal
    var branches: [Branch] {
        Do("Hold") { _ in
            journal.note("began")
            await gate.wait()
        }
    }
}

@Suite(.backops, .timeLimit(.minutes(5))) struct `A worker with a retention` {
    private let journal = Journal()

    /// Completes operations, and makes them two days older.
    private func finish(_ count: Int) async throws {
        try await TestDatabase.current.query(
            "insert into operations (name) select 'Errand' from generate_series(1, \(Int32(count)))"
        )
        try await BackOpsWorker.test { Errand() }.drain()
        try await TestDatabase.current.script(
            """
            update operations set created_at = created_at - interval '2 days', ended_at = ended_at - interval '2 days'
             where state = 'completed';
            update actions set started_at = started_at - interval '2 days', completed_at = completed_at - interval '2 days'
            """
        )
    }

    private func worker(_ retention: Retention, gate: Gate = Gate()) throws -> BackOpsWorker {
        var configuration = WorkerConfiguration()
        configuration.lease = .seconds(1)
        configuration.retention = retention
        configuration.pruningInterval = .milliseconds(20)
        let logger = Logger(label: "test") { _ in RecordingLogHandler(journal: journal) }
        return try BackOpsWorker(TestDatabase.current.database, configuration: configuration, logger: logger)
        {
            Errand()
            Held(gate: gate, journal: journal)
        }
    }

    private func count() async throws -> Int {
        try await TestDatabase.current.value("select count(*) from operations")
    }

    @Test func `prunes what is older, batch by batch, and says so`() async throws {
        try await TestDatabase.current.query(#"select register_definition('Errand', '{"main": ["Go"]}')"#)
        try await finish(450)
        try await withClient { client in
            let fresh = try await client.enqueue(Errand.self)
            try await working(worker(Retention(completed: .seconds(86_400)))) {
                try await eventually("the old ones are gone") { try await count() == 1 }
                try await eventually("it is logged") { journal.entries.contains("pruned operations") }
            }
            #expect(try await client.operation(fresh.id) != nil)
        }
        #expect(try await TestDatabase.current.value("select count(*) from actions", as: Int.self) == 1)
    }

    @Test func `prunes together with others`() async throws {
        try await TestDatabase.current.query(#"select register_definition('Errand', '{"main": ["Go"]}')"#)
        try await finish(450)
        let worker = try worker(Retention(.seconds(86_400)))
        try await working(worker) {
            try await working(worker) {
                try await eventually("the old ones are gone") { try await count() == 0 }
            }
        }
    }

    @Test func `prunes nothing any more once it is to stop`() async throws {
        try await TestDatabase.current.query(#"select register_definition('Errand', '{"main": ["Go"]}')"#)
        let gate = Gate()
        let relay = StopRelay()
        try await withClient { client in
            let worker = try worker(Retention(.seconds(86_400)), gate: gate)
            let held = try await client.enqueue(Held.self)
            let run = Task { try await worker.run(relay) }
            try await eventually("the action runs") { journal.entries.contains("began") }
            relay.stop(.graceful)
            try await finish(3)
            // Many times the interval at which it would prune.
            for _ in 1...3 {
                let beat: String = try await TestDatabase.current.value(
                    "select max(heartbeat_at)::text from workers"
                )
                try await eventually("the worker renews its lease") {
                    try await TestDatabase.current.value(
                        "select coalesce(max(heartbeat_at)::text, '') from workers",
                        as: String.self
                    ) != beat
                }
            }
            #expect(try await count() == 4)
            gate.open()
            try await run.value
            #expect(try await held.record().state == .completed)
        }
        #expect(try await count() == 4)
    }

    @Test func `says why it cannot prune, and goes on`() async throws {
        let database = TestDatabase.current
        try await database.query(#"select register_definition('Errand', '{"main": ["Go"]}')"#)
        try await finish(3)
        try await database.script(
            "create table orders (operation_id bigint references operations); insert into orders select max(id) from operations"
        )
        try await working(worker(Retention(.seconds(86_400)))) {
            try await eventually("it is logged") { journal.entries.contains("worker cannot prune") }
            #expect(try await count() == 3)
            // Not by dropping the table: that locks it before operations, and the worker's DELETE the other way round.
            try await database.script("delete from orders")
            try await eventually("the old ones are gone") { try await count() == 0 }
        }
    }

    @Test(arguments: [
        Retention(completed: .milliseconds(500)), Retention(failed: .zero), Retention(.seconds(-1)),
    ])
    func `keeps everything for as long as its lease at least`(retention: Retention) {
        #expect(throws: BackOpsError.self) { try worker(retention) }
    }

    @Test func `keeps everything for ever by default`() {
        #expect(WorkerConfiguration().retention == .forever)
    }
}

@Suite struct `The pace of pruning` {
    private let now = ContinuousClock.now

    private func batch(
        _ count: Int,
        more: Bool,
        reached: Int64? = 7,
        workers: Int = 1,
        lasting duration: Duration = .zero
    ) -> PrunedBatch {
        PrunedBatch(count: count, reached: reached, hasMore: more, workers: workers, duration: duration)
    }

    @Test func `rests for about the interval when nothing is left`() {
        var pace = PruningPace(interval: .seconds(60), now: now)
        let pause = pace.next(after: batch(3, more: false, lasting: .milliseconds(5)), now: now)
        #expect((.seconds(45)...(.seconds(75))).contains(pause))
    }

    @Test(arguments: [1, 10, 50])
    func `keeps one process of the server busy for half of the time, whatever the number of workers`(
        workers: Int
    ) {
        var pace = PruningPace(interval: .seconds(60), now: now)
        let pause = pace.next(
            after: batch(100, more: true, workers: workers, lasting: .milliseconds(50)),
            now: now
        )
        #expect(pause == .milliseconds(50) * workers)
    }

    @Test func `makes batches larger while they are quick, and smaller when they take long`() {
        var pace = PruningPace(interval: .seconds(60), now: now)
        for _ in 1...10 { _ = pace.next(after: batch(1, more: true, lasting: .milliseconds(1)), now: now) }
        #expect(pace.limit == 1000)
        _ = pace.next(after: batch(1, more: true, lasting: .milliseconds(60)), now: now)
        #expect(pace.limit == 1000)
        for _ in 1...10 { _ = pace.next(after: batch(1, more: true, lasting: .seconds(1)), now: now) }
        #expect(pace.limit == 10)
    }

    @Test func `looks twice, because what was enqueued long ago may have ended a little later`() {
        var pace = PruningPace(interval: .seconds(60), now: now)
        var positions: [Int64?] = []
        for end in [7, 9, 12] as [Int64] {
            _ = pace.next(after: batch(1, more: true, reached: end - 1), now: now)
            #expect(pace.position == end - 1)
            _ = pace.next(after: batch(1, more: false, reached: end), now: now)
            positions.append(pace.position)
        }
        #expect(positions == [nil, 7, 9])
    }

    @Test func `goes back to the lowest id once in an hour`() {
        var pace = PruningPace(interval: .seconds(60), now: now)
        for seconds in [1, 3599] {
            _ = pace.next(after: batch(0, more: false), now: now + .seconds(seconds))
        }
        #expect(pace.position == 7)
        _ = pace.next(after: batch(0, more: false), now: now + .seconds(3600))
        #expect(pace.position == nil)
        _ = pace.next(after: batch(0, more: false), now: now + .seconds(3601))
        #expect(pace.position == 7)
    }
}
