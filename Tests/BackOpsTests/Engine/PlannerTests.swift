import BackOpsTesting
import Foundation
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

        // With hostile settings the look for what is due at once is a merge of two indexes.
        @Test(
            .disabled(if: ProcessInfo.processInfo.environment["BACKOPS_TEST_SETTINGS"] != nil),
            arguments: ["jobs", "actions", "operations"]
        )
        func `an enqueue of many callers looks keys up by index`(table: String) async throws {
            let engine = try await engine(future: 3000, ready: 50)
            func enqueue(_ keys: ClosedRange<Int>) async throws -> Int {
                let keys = keys.map { Optional("key \($0)") }
                let same = { (value: String) in Array(repeating: value, count: keys.count) }
                return try await engine.value(
                    """
                    select count(*) filter (where created) from enqueue_each(
                      \(same("Flow")), \(same("{}"))::text[]::jsonb[], \(keys), \(same("default")), \(same("5"))::text[]::integer[])
                    """,
                    as: Int.self
                )
            }
            #expect(try await enqueue(1...20) == 20)
            try await engine.connection.script("begin")
            let before = try await reads(engine, table)
            #expect(try await enqueue(11...30) == 10)
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

        @Test(arguments: ["jobs", "actions", "operations"])
        func `failures and hand-backs read the rows of their operations, by index`(table: String) async throws
        {
            let engine = try await engine(future: 3000, ready: 50)
            let jobs = try await engine.claim(30)
            try await engine.connection.script("begin")
            let before = try await reads(engine, table)
            let (failing, leaving) = (jobs.prefix(15), jobs.suffix(15))
            try await engine.query(
                """
                select * from fail_many(\(engine.worker), \(failing.map(\.operation)), \(failing.map(\.claim)), null, null, null,
                                        \(failing.map { _ in "E" }), null, null)
                """
            )
            try await engine.query(
                """
                select * from release_many(\(engine.worker), \(leaving.map(\.operation)), \(leaving.map(\.claim)))
                """
            )
            let after = try await reads(engine, table)
            #expect(after.sequential == before.sequential)
            #expect(after.tuples - before.tuples <= 300, "of 3050 rows or more")
            try await engine.connection.script("commit")
        }

        /// A server whose jit is on, as it is by default, takes seconds to compile what runs for a millisecond.
        @Test func `no statement of a batch is compiled`() async throws {
            let engine = try await EngineDriver.start()
            // What workers and enqueuers call, the triggers, and what these call until one switches jit off for the rest.
            let compiled = try await engine.query(
                """
                with recursive functions as (
                  select proname::text as name, prosrc as body, coalesce('jit=off' = any (proconfig), false) as is_bound,
                         prorettype = 'trigger'::regtype as is_trigger
                    from pg_proc
                   where pronamespace = current_schema()::regnamespace and prosqlbody is null
                ),
                hot as (
                  select f.*
                    from functions f
                   where f.is_trigger
                      or f.name in (select p.name from privileges() as p where p.role in ('enqueue', 'worker') and p.privilege = 'execute')
                  union
                  select f.*
                    from hot h
                    join functions f on not h.is_bound and h.body ~ ('[[:<:]]' || f.name || '[(]')
                )
                select distinct name from hot where not is_bound order by name
                """
            )
            let names = try compiled.map { try $0.decode(0, as: String.self) }
            #expect(Set(names) == Set(Self.unbound), "set jit = off, or say in the list why it need not be")
        }

        /// A table that has just been filled looks empty to the planner, and a nested loop over two of them takes minutes.
        @Test func `no look at all rows is a nested loop`() async throws {
            let looks = try await engineFunctions(
                "proname like 'violations_of_%' and proname <> 'violations_of_the_schema'"
            )
            #expect(looks.count == 9)
            let bound = try await engineFunctions("'enable_nestloop=off' = any (proconfig)")
            #expect(Set(looks).subtracting(bound) == [])
        }

        private func engineFunctions(_ condition: String) async throws -> [String] {
            try await TestDatabase.current.query(
                SQLStatement(
                    unescaped:
                        "select proname::text from pg_proc where pronamespace = current_schema()::regnamespace and \(condition)"
                )
            ).map { try $0.decode(0, as: String.self) }
        }

        /// Functions of the hot path whose statements are too small to be compiled.
        private static let unbound = [
            // One row, by its key.
            "attach_session", "checkpoint", "enqueue", "find_position", "missed_claim", "note_other_globals",
            // No table.
            "await_standby", "caller", "check_names", "check_patches", "check_queue_name", "is_queue_name",
            "error_fingerprint", "error_pattern",
            "failure_fingerprint", "plan_rows", "check_timeout_branches", "read_options", "read_seconds",
            "read_approval", "read_limit", "read_rate", "read_time", "read_wait", "redacted", "stamp_failure",
            "worker_lock",
            // The statements are those of a function of many, which is bound.
            "complete", "enqueue_keyed", "fail", "release_many", "snooze", "snooze_many",
            // Seldom: when a worker starts, stops, or has lost its connection.
            "free_remnants", "held", "missing_workers", "register_definition", "register_worker",
            "take_along_truncated", "unregister_worker",
        ]
    }
}
