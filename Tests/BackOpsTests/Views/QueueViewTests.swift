import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `Queues and workers` {
        /// Everything that a queue can hold: 2 running, 1 retrying later, 1 retrying now, 1 ready, 1 scheduled, 1 parked.
        private func site() async throws -> EngineDriver {
            let engine = try await EngineDriver.start()
            try await engine.enqueue(5)
            try await engine.fail(engine.claimOne(), after: "1 hour")
            try await engine.fail(engine.claimOne(), after: "0")
            try await engine.query("select reschedule(2, now() + interval '1 microsecond')")
            #expect(try await engine.claim(2).count == 2)
            try await engine.query("select enqueue('Flow', perform_in => '1 day'), enqueue('Later')")
            return engine
        }

        @Test func `show what waits, and why`() async throws {
            let engine = try await site()
            try await engine.travel(by: "1 second")
            let depth: SQLStatement = """
                select concat_ws(' ', queue, ready, scheduled, running, retrying, parked, workers, capped, oldest_ready_age > '1 second'::interval)
                  from queue_depth order by queue
                """
            #expect(try await engine.values(depth, as: String.self) == ["default 2 1 2 1 1 1 f t"])
            #expect(
                try await engine.values(
                    "select concat_ws(' ', host, slots, busy, missing) from worker_status",
                    as: String.self
                ) == ["test 1 2 f"]
            )
        }

        @Test func `show a queue that is paused, and one that only a worker knows`() async throws {
            let engine = try await EngineDriver.start(queues: ["default", "mail"])
            try await engine.query("select pause('slow', reason => 'too slow')")
            #expect(
                try await engine.values(
                    "select concat_ws(' ', queue, ready, paused_reason, paused_at is not null) from queue_depth order by queue",
                    as: String.self
                ) == ["default 0 f", "mail 0 f", "slow 0 too slow t"]
            )
        }

        @Test func `stop counting somewhere, and say so`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue(1500)
            let row = try #require(try await engine.query("select ready, capped from queue_depth").first)
            #expect(try row.decode(as: Int.self, Bool.self) == (1000, true))
        }

        @Test func `tell what is stuck`() async throws {
            let engine = try await EngineDriver.start(queues: ["default", "busy"])
            try await engine.query(
                "select enqueue('Flow'), enqueue('Later'), enqueue('Flow', queue => 'nobody'), enqueue('Flow', queue => 'still')"
            )
            try await engine.query(
                #"select enqueue('Own', branches => '{"main": ["Unknown"]}'), enqueue('Flow', queue => 'busy', perform_in => '1 day')"#
            )
            try await engine.query("select pause('still')")
            _ = try await engine.claimOne()
            let reasons: SQLStatement = "select reason from stuck order by operation_id"
            #expect(
                try await engine.values(reasons, as: String.self) == [#"no worker has registered "Later""#]
            )
            try await engine.travel(by: "2 minutes")
            let role = try await engine.value("select session_user::text", as: String.self)
            #expect(
                try await engine.values(reasons, as: String.self) == [
                    #"no worker has registered "Later""#, #"no live worker serves queue "nobody""#,
                    #"queue "still" was paused by \#(role)"#,
                    #"none of the 1 live workers of queue "default" knows "/Unknown""#,
                ]
            )
            try await engine.query("update workers set lease = '1 second' where id = \(engine.worker)")
            #expect(
                try await engine.value("select reason from stuck where operation_id = 1", as: String.self)
                    .hasPrefix("its worker, test pid 1, was last heard of at")
            )
        }

        /// A reason that is added to obstacles() shows in all of them.
        @Test func `tell the same reason as explain and the note of an operation`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.query(
                """
                select enqueue('Later'), enqueue('Flow', queue => 'nobody'), enqueue('Flow', queue => 'still'), pause('still'),
                       enqueue('Own', branches => '{"main": ["Unknown"]}')
                """
            )
            try await engine.travel(by: "2 minutes")
            for view in [
                "(select operation_id as id, reason from stuck)",
                "(select id, note as reason from operation_status)",
            ] {
                let rows = try await engine.query(
                    """
                    select v.reason, e.detail
                      from \(unescaped: view) as v
                     cross join lateral (select detail from explain(v.id) limit 1) as e
                     order by v.id
                    """
                )
                #expect(rows.count == 4)
                for row in rows {
                    #expect(try row.decode(0, as: String.self) == row.decode(1, as: String.self))
                }
            }
        }

        @Test func `draw the timeline of an operation`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            try await engine.fail(engine.claimOne(), after: "0")
            try await engine.complete(engine.claimOne())
            #expect(
                try await engine.values(
                    """
                    select concat_ws(' ', branch || '/' || action, run, attempt, outcome, ended_at is null)
                      from timeline where operation_id = \(id) order by started_at, ended_at
                    """,
                    as: String.self
                ) == ["main/A 1 1 failed f", "main/A 1 2 completed f", "main/B 1 1 running t"]
            )
        }
    }
}
