import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    /// What signals and deadlines cost must not depend on what the planner believes of tables that have just been filled.
    @Suite struct `Waits with statistics of empty tables` {
        private static let plan = #"""
            {"main": ["A", ["W", {"wait_for": ["go", "stop"], "timeout": 3600, "on_timeout": {"branch": "late"}, "as": "g"}], "B"],
             "late": [["S", {"sleep": 60}], "L"]}
            """#

        /// Thousands of operations at their waits, in tables that nobody has counted.
        private func engine() async throws -> EngineDriver {
            let engine = try await EngineDriver.start(Self.plan)
            for table in ["jobs", "actions", "operations", "signals"] {
                try await engine.connection.script(
                    "alter table \(table) set (autovacuum_enabled = off); analyze \(table)"
                )
            }
            try await engine.travel(to: "2027-01-01Z")
            // The plans of the functions are made now, and kept by this session.
            for _ in 1...8 {
                let id = try await engine.enqueueToWait()
                _ = try await engine.enqueueToWait()
                try await engine.signal(id, "go")
                try await engine.travel(by: "2 hours")
                try await engine.drain()
                try await engine.travel(by: "2 hours")
                try await engine.drain()
            }
            try await engine.enqueue(1000)
            try await engine.drainInBatches()
            try await engine.query(
                "insert into signals (operation_id, name) select operation_id, 'other' from jobs where queue = '/waits'"
            )
            return engine
        }

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

        @Test(arguments: ["jobs", "actions", "operations", "signals"])
        func `read the rows of their operations, by index`(table: String) async throws {
            let engine = try await engine()
            let ids = try await engine.values(
                "select operation_id from jobs order by 1 limit 20",
                as: Int64.self
            )
            try await engine.connection.script("begin")
            let before = try await reads(engine, table)
            try await engine.query("select count(signal(id, 'go', '5')) from unnest(\(ids)) as id")
            let signalled = try await reads(engine, table)
            #expect(signalled.sequential == before.sequential, "signals")
            #expect(signalled.tuples - before.tuples <= 400, "signals, of 1000 rows or more")
            try await engine.travel(by: "1 hour")
            try await engine.query("select advance_waits(20)")
            let advanced = try await reads(engine, table)
            #expect(advanced.sequential == signalled.sequential, "deadlines")
            #expect(advanced.tuples - signalled.tuples <= 800, "deadlines, of 1000 rows or more")
            try await engine.connection.script("commit")
        }
    }

    @Suite struct `Many sessions over the same waits` {
        private static let plan = #"""
            {"main": ["A", ["W", {"wait_for": ["go", "stop"], "timeout": 0.02, "on_timeout": {"branch": "late"}, "as": "g"}], "B",
                      ["V", {"wait_for": "go", "timeout": 0.05}], ["Z", {"sleep": 0.01}], "C"],
             "late": ["L", ["S", {"sleep": 0.01}]]}
            """#

        /// A call that is told to come again because the operation changed at that moment has changed nothing.
        private func call(_ statement: SQLStatement) async throws {
            do {
                try await TestDatabase.current.query(statement)
            } catch let error as PQError where error.sqlState == .serializationFailure {
                return
            }
        }

        /// Claiming, completing, signalling, cancelling, retrying, steering and waking up, all at once, in mixed order.
        @Test func `never deadlock, and leave everything consistent`() async throws {
            let database = TestDatabase.current
            let engines = try await [EngineDriver.start(Self.plan), .start(Self.plan), .start(Self.plan)]
            let ids = try await engines[0].enqueue(40)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for engine in engines {
                    group.addTask {
                        for _ in 0..<60 {
                            for job in try await engine.held() + engine.claim(5) {
                                _ = try await engine.complete(job, continues: false)
                            }
                        }
                    }
                }
                for (turn, order) in [ids, ids.reversed()].enumerated() {
                    group.addTask {
                        for round in 0..<8 {
                            for id in order {
                                try await call(
                                    "select signal(\(id), \(turn == 0 ? "go" : "stop"), '5', \("\(turn) \(round)"))"
                                )
                            }
                        }
                    }
                    group.addTask {
                        for _ in 0..<8 {
                            try await call("select count(*) from wake_up(\(order))")
                            try await call("select count(*) from skip(\(order.prefix(3).map(\.self)))")
                            try await call("select count(*) from retry(\(order))")
                            try await call(
                                "select count(*) from cancel(\(order.suffix(3).map(\.self)))"
                            )
                            try await call("select count(*) from signal_where('go', at_most => 20)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await database.violations().isEmpty)
            // And all of them come to their end.
            try await database.query("select count(*) from signal_where('go'), retry(\(ids))")
            let engine = engines[0]
            for _ in 0..<50 {
                try await engine.travel(by: "1 second")
                for id in ids { try await engine.signal(id, "go") }
                for job in try await engine.held() + engine.claim(100) { _ = try await engine.complete(job) }
            }
            let left = try await engine.values(
                "select concat_ws(' ', id, status, action) from operation_status where status in ('ready', 'waiting', 'retrying')",
                as: String.self
            )
            #expect(left.isEmpty)
        }
    }
}
