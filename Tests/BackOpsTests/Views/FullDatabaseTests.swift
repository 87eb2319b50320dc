import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    /// What a person asks first must not read what it does not show, however much there is.
    @Suite struct `With twenty thousand operations` {
        private static let tables = ["operations", "actions", "jobs", "attempts", "signals", "approvals"]

        private func engine() async throws -> EngineDriver {
            let engine = try await EngineDriver.start()
            try await engine.query(
                #"""
                insert into operations (name, globals, queue)
                  select 'Flow', jsonb_build_object('subscription_id', n), 'q' || n % 3 from generate_series(1, 20000) as n
                """#
            )
            try await engine.query("update workers set queues = '{q0,q1,q2}'")
            let jobs = try await engine.claim(1000)
            let (ids, claims) = (jobs.map(\.operation), jobs.map(\.claim))
            try await engine.query(
                """
                select count(*) from fail_many(\(engine.worker), \(ids), \(claims), null, \(ids.map { _ in true }), null,
                                               \(ids.map { "E\($0 % 20)" }), null, null)
                """
            )
            _ = try await engine.claim(100)
            try await engine.query(
                "insert into signals (operation_id, name) select id, 'paid' from operations order by id"
            )
            try await engine.query(
                #"select register_definition('Asked', '{"main": [["W", {"approval": "refund", "role": "nobody-knows"}]]}')"#
            )
            try await engine.query(
                "insert into operations (name, queue) select 'Asked', 'asked' from generate_series(1, 1000)"
            )
            try await engine.query("select skip(array_agg(operation_id)) from approvals where id <= 950")
            for table in Self.tables { try await engine.connection.script("analyze \(table)") }
            return engine
        }

        @Test func `the first page of every view reads what it shows`() async throws {
            let engine = try await engine()
            let pages: [(query: String, limit: Int)] = [
                ("select * from operation_status order by id desc limit 20", 1000),
                ("select * from operation_status where id = 77", 200),
                (#"select * from operation_status where globals @> '{"subscription_id": 77}'"#, 200),
                ("select * from action_status where operation_id = 77", 200),
                ("select * from action_status order by operation_id desc limit 20", 1000),
                ("select * from timeline where operation_id = 77 order by started_at", 200),
                ("select * from timeline limit 20", 1000),
                ("select * from failures order by last_at desc limit 20", 3000),
                ("select * from queue_depth order by queue", 12_000),
                ("select * from wait_depth", 300), ("select * from worker_status", 8000),
                ("select * from stuck order by since limit 20", 8000),
                ("select * from audit order by id desc limit 20", 200),
                ("select * from signal_status order by id desc limit 20", 400),
                ("select * from signal_status where operation_id = 77", 200),
                ("select * from approval_status order by id desc limit 20", 600),
                ("select * from approval_status where operation_id = 77", 200),
                ("select * from pending_approvals order by id limit 20", 300),
                (#"select * from find_operations(globals => '{"subscription_id": 77}')"#, 500),
                ("select * from find_operations(state => 'failed', at_most => 20)", 1000),
                ("select * from find_operations('Flow', state => 'active', at_most => 20)", 1000),
                ("select * from explain(77)", 500), ("select * from flow(77)", 500),
            ]
            for (query, limit) in pages {
                let statement = SQLStatement(unescaped: query)
                #expect(try await engine.fewestPages(statement) <= limit, "\(query)")
                let plan = try await engine.values("explain \(statement)", as: String.self)
                for table in Self.tables where query.contains("_status") || query.contains("failures") {
                    let scans = plan.filter { $0.contains("Seq Scan on \(table)") }
                    // The half of visible_operations that is not run may be planned as a scan.
                    #expect(scans.allSatisfy { $0.contains("operations_1") }, "\(query): \(scans)")
                }
            }
        }

        @Test func `counting is stopped, not done: a queue costs the same with ten times as many`()
            async throws
        {
            let engine = try await engine()
            let depth: SQLStatement = "select * from count_queue('q0')"
            let before = try await engine.fewestPages(depth)
            try await engine.query(
                "insert into operations (name, queue) select 'Flow', 'q0' from generate_series(1, 60000)"
            )
            #expect(try await engine.fewestPages(depth) <= before + before / 2 + 500)
        }

        @Test func `counting is stopped, not done: waits cost the same with ten times as many`() async throws
        {
            let engine = try await EngineDriver.start(
                #"{"main": [["W", {"wait_for": "paid", "timeout": 60}]]}"#
            )
            let depth: SQLStatement = "select * from count_waits('signal')"
            func enqueue(_ count: Int) async throws {
                try await engine.query(
                    "insert into operations (name) select 'Flow' from generate_series(1, \(count))"
                )
            }
            try await enqueue(2000)
            let before = try await engine.fewestPages(depth)
            try await enqueue(20_000)
            #expect(try await engine.fewestPages(depth) <= before + before / 2 + 100)
            let rows: [String] = try await engine.values(
                "select concat_ws(' ', kind, waiting, oldest_since is null, capped) from wait_depth order by kind"
            )
            #expect(rows == ["approval 0 t f", "signal 1000 f t", "sleep 0 t f"])
        }
    }
}
