import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import TestSupport
import Testing

@Suite(.backops) struct `A worker whose slots are all taken` {
    // One slot: with more, another action that goes on may hide that nobody looked.
    @Test func `claims again as soon as one is free, long before it would look`() async throws {
        try await withClient { client async throws in
            let worker = try BackOpsWorker.test {
                $0.concurrency = 1
                $0.pollInterval = .seconds(3600)
            } operations: {
                Errand()
            }
            let ids = try await client.enqueue(Errand.self, batch: Array(repeating: [:], count: 21))
            try await working(worker) { () async throws in
                for id in ids {
                    #expect(try await client.handle(id).result(timeout: .seconds(600)).state == .completed)
                }
            }
        }
    }
}

@Suite(.backops) struct `A worker that has nothing to do` {
    private func sleeping() async throws -> Bool {
        try await TestDatabase.current.value(
            "select coalesce(bool_and(sleeping), false) from workers",
            as: Bool.self
        )
    }

    @Test(.enabled(if: TestServer.workersListen, "Workers do not listen in this run."))
    func `is woken by the next operation, long before it would look`() async throws {
        try await withClient { client async throws in
            let worker = try BackOpsWorker.test {
                $0.pollInterval = .seconds(3600)
            } operations: {
                Errand()
            }
            try await working(worker) { () async throws in
                try await eventually("it sleeps") { try await sleeping() }
                for _ in 0..<20 {
                    let record = try await client.enqueue(Errand.self).result(timeout: .seconds(600))
                    #expect(record.state == .completed)
                }
            }
        }
    }

    @Test func `wakes by itself when something is due`() async throws {
        try await withClient { client async throws in
            let worker = try BackOpsWorker.test {
                $0.pollInterval = .seconds(3600)
            } operations: {
                Errand()
            }
            try await worker.drain()
            let handle = try await client.enqueue(Errand.self, [:], when: .in(.milliseconds(500)))
            try await working(worker) { () async throws in
                #expect(try await handle.result(timeout: .seconds(600)).state == .completed)
            }
        }
    }

    @Test func `looks now and then where nobody can wake it`() async throws {
        try await withClient { client async throws in
            let worker = try BackOpsWorker.test {
                $0.listens = false
                $0.pollInterval = .milliseconds(50)
            } operations: {
                Errand()
            }
            try await worker.drain()
            try await working(worker) { () async throws in
                #expect(
                    try await client.enqueue(Errand.self).result(timeout: .seconds(600)).state == .completed
                )
            }
            #expect(try await sleeping() == false)
        }
    }

    @Test func `takes what died with another worker, one at a time`() async throws {
        let database = TestDatabase.current
        let journal = Journal()
        struct Alone: OperationDefinition {
            static let name = "Alone"
            let journal: Journal
            var branches: [Branch] {
                Do("Run") { context in
                    journal.note("began")
                    try await Task.sleep(for: .milliseconds(5))
                    journal.note("ended")
                }
            }
        }
        try await withClient { client async throws in
            let worker = try BackOpsWorker.test { Alone(journal: journal) }
            try await worker.drain()
            let ids = try await client.enqueue(Alone.self, batch: Array(repeating: [:], count: 6))
            // Another worker claims them all, and is never heard of again.
            let dead = try await database.value(
                "select register_worker('elsewhere', 1, '{default}', '{Alone/Run}')",
                as: Int64.self
            )
            try await database.query("select * from claim(\(dead), 10)")
            try await database.query("update workers set heartbeat_at = heartbeat_at - interval '1 hour'")
            try await working(worker) { () async throws in
                for id in ids {
                    let record = try await client.handle(id).result(timeout: .seconds(600))
                    #expect(record.state == .completed)
                    #expect(try await client.attempts(of: id).map(\.outcome) == [.crashed])
                }
            }
        }
        #expect(journal.entries == Array(repeating: ["began", "ended"], count: 6).flatMap { $0 })
    }

    @Test func `writes results although actions hold all of their connections`() async throws {
        struct Hold: OperationDefinition {
            static let name = "Hold"
            let gate: Gate
            var branches: [Branch] {
                Do("Hold") { context in
                    try await context.transaction { transaction in
                        try await transaction.query("select 1")
                        await gate.wait()
                    }
                }
            }
        }
        let gate = Gate()
        try await withClient { client async throws in
            var database = TestDatabase.current.database
            database.maxConnections = 1
            var configuration = WorkerConfiguration()
            configuration.concurrency = 10
            let worker = try BackOpsWorker(database, configuration: configuration) {
                Hold(gate: gate)
                Errand()
            }
            let held = try await client.enqueue(Hold.self)
            try await working(worker) { () async throws in
                try await eventually("the transaction holds the connection") {
                    try await TestDatabase.current.value(
                        "select count(*) from pg_stat_activity where state = 'idle in transaction' and query = 'select 1'",
                        as: Int.self
                    ) > 0
                }
                #expect(
                    try await client.enqueue(Errand.self).result(timeout: .seconds(600)).state == .completed
                )
                gate.open()
                #expect(try await held.result(timeout: .seconds(600)).state == .completed)
            }
        }
    }
}
