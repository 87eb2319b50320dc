import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    /// The planner knows nothing of a table that has just been filled; the hot statements must not depend on what it believes.
    @Suite struct `With statistics of empty tables` {
        /// Fills the tables in one go, with autovacuum off, so that nobody counts the rows.
        private func engine(future: Int, ready: Int) async throws -> EngineDriver {
            let engine = try await EngineDriver.start()
            for table in ["jobs", "actions", "operations"] {
                try await engine.connection.script(
                    "alter table \(table) set (autovacuum_enabled = off); analyze \(table)"
                )
            }
            // The plans of the functions are made now, and kept by this session.
            for _ in 1...8 {
                try await engine.enqueue(2)
                try await engine.drain()
            }
            try await engine.query(
                """
                insert into operations (name, perform_at)
                  select 'Flow', clock_timestamp() + interval '1 day' from generate_series(1, \(future))
                """
            )
            try await engine.enqueue(ready)
            return engine
        }

        /// How many rows the session's statements have read so far; the counters may begin before the transaction.
        private func reads(
            _ engine: EngineDriver,
            _ table: String
        ) async throws -> (sequential: Int, tuples: Int) {
            let row = try await engine.query(
                """
                select seq_tup_read::bigint, seq_tup_read::bigint + idx_tup_fetch::bigint
                  from pg_stat_xact_user_tables where relid = \(table)::regclass
                """
            )
            return try row[0].decode(as: Int.self, Int.self)
        }

        @Test(arguments: ["jobs", "actions", "operations"])
        func `a claim reads the rows that it takes, by index`(table: String) async throws {
            let engine = try await engine(future: 3000, ready: 50)
            try await engine.connection.script("begin")
            let before = try await reads(engine, table)
            #expect(try await engine.claim(20).count == 20)
            let after = try await reads(engine, table)
            #expect(after.sequential == before.sequential)
            #expect(after.tuples - before.tuples <= 100, "of 3050 rows or more")
            try await engine.connection.script("commit")
        }

        @Test(arguments: ["jobs", "actions", "operations"])
        func `a completion reads the rows of its operations, by index`(table: String) async throws {
            let engine = try await engine(future: 3000, ready: 50)
            let jobs = try await engine.claim(20)
            try await engine.connection.script("begin")
            let before = try await reads(engine, table)
            let patches = jobs.map { _ in PQJSON(#"{"set": {"n": 1}}"#) }
            try await engine.query(
                """
                select * from complete_many(\(engine.worker), \(jobs.map(\.operation)), \(jobs.map(\.claim)), \(patches),
                                            \(jobs.map { _ in Int32?.none }))
                """
            )
            let after = try await reads(engine, table)
            #expect(after.sequential == before.sequential)
            #expect(after.tuples - before.tuples <= 300, "of 3050 rows or more")
            try await engine.connection.script("commit")
        }
    }
}
