import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

/// What pruning costs is counted in pages that it looks at: the same on every machine.
@Suite(.backops(isolation: .database, checksInvariants: false), .timeLimit(.minutes(10)))
struct `Pruning among a hundred thousand operations` {
    private static let count = 100_000

    /// Fills the tables with operations that completed one after the other, a second apart, the last one just now.
    private func engine() async throws -> EngineDriver {
        let engine = try await EngineDriver.start()
        try await engine.connection.script(
            """
            insert into operations (name, state, created_at, ended_at)
              select 'Flow', 'completed', t, t
                from generate_series(1, \(Self.count)) as n, lateral (select clock_now() - make_interval(secs => \(Self.count) - n) as t) as t;
            insert into actions (operation_id, position, branch, name, max_attempts, attempts_count, started_at, completed_at)
              select id, position, 'main', 'A', 1, 1, ended_at, ended_at from operations, generate_series(1, 3) as position
            """
        )
        try await engine.query("vacuum (analyze) operations")
        try await engine.query("vacuum (analyze) actions")
        return engine
    }

    private func pruning(_ arguments: String) -> SQLStatement {
        "select * from prune(\(unescaped: arguments))"
    }

    @Test func `looks at a few pages where nothing is old enough`() async throws {
        let engine = try await engine()
        #expect(try await engine.fewestPages(pruning("'10 years'")) <= 100, "of more than 5,000")
    }

    @Test func `looks at a few pages for every operation that it deletes`() async throws {
        let engine = try await engine()
        _ = try await engine.pages(pruning("'1 hour', 1000"))
        #expect(try await engine.pages(pruning("'1 hour', 1000, 1000")) <= 30 * 1000)
        #expect(try await engine.value("select count(*) from operations", as: Int.self) == Self.count - 2000)
        #expect(
            try await engine.value("select count(*) from actions", as: Int.self) == 3 * (Self.count - 2000)
        )
    }

    @Test
    func `looks at a few pages behind what it has deleted, while a snapshot keeps that from being removed`()
        async throws
    {
        let engine = try await engine()
        let snapshot = try await EngineDriver.start()
        try await snapshot.connection.script(
            "begin isolation level repeatable read; select count(*) from operations"
        )
        var position: Int64 = 0
        var hasMore = true
        while hasMore {
            let row = try await engine.query("select reached, more from prune('1 hour', 10000, \(position))")[
                0
            ]
            (position, hasMore) = try row.decode(as: Int64.self, Bool.self)
        }
        #expect(position > 90_000)
        #expect(try await engine.fewestPages(pruning("'1 hour', 1000, \(position)")) <= 200)
        try await snapshot.query("commit")
    }

    @Test func `costs a completion nothing: its updates stay heap-only`() async throws {
        let engine = try await EngineDriver.start(#"{"main": ["A"]}"#)
        try await engine.enqueue(20)
        let jobs = try await engine.claim(20)
        try await engine.query("begin")
        for job in jobs { try await engine.complete(job) }
        let row = try await engine.query(
            "select n_tup_upd, n_tup_hot_upd from pg_stat_xact_user_tables where relid = 'operations'::regclass"
        )[0]
        let (updates, heapOnly) = try row.decode(as: Int.self, Int.self)
        try await engine.query("commit")
        #expect(updates == 20)
        #expect(heapOnly == 20)
    }
}
