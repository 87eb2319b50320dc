import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A paused queue` {
        @Test func `gives nothing away until it is resumed`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue(2)
            try await engine.query("select pause('default')")
            #expect(try await engine.claim(5).isEmpty)
            try await engine.query("select resume('default')")
            #expect(try await engine.claim(5).count == 2)
        }

        @Test func `leaves other queues alone`() async throws {
            let engine = try await EngineDriver.start(queues: ["default", "mail"])
            try await engine.query("select enqueue('Flow', queue => 'mail'), enqueue('Flow')")
            try await engine.query("select pause('default')")
            #expect(try await engine.claim(5).map(\.operation) == [1])
        }

        @Test func `lets an action finish that runs, and does not start the next one`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            let job = try await engine.claimOne()
            try await engine.query("select pause('default')")
            #expect(try await engine.complete(job).outcome == "queued")
            #expect(try await engine.actions(id) == ["main/A completed", "main/B ready", "main/C open"])
            #expect(try await engine.claim().isEmpty)
            try await engine.query("select resume('default')")
            #expect(try await engine.drain() == ["main/B", "main/C"])
        }

        @Test func `goes on by itself at the time that was given`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue()
            try await engine.query("select pause('default', clock_now() + interval '1 hour')")
            #expect(try await engine.claim().isEmpty)
            #expect(
                try await engine.value(
                    "select next_due(\(engine.worker)) between '59 min' and '1 hour'",
                    as: Bool.self
                )
            )
            try await engine.travel(by: "61 minutes")
            #expect(try await engine.claim().count == 1)
            await expectRefusal("OP004") {
                try await engine.query("select pause('default', clock_now() - interval '1 minute')")
            }
        }

        @Test func `keeps suspects, and does not send for anybody to take them`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue()
            _ = try await engine.claimOne()
            try await engine.query("select record_crashes('{1}', 'test')")
            let suspects: SQLStatement = "select suspects from heartbeat(\(engine.worker))"
            #expect(try await engine.value(suspects, as: Bool.self))
            try await engine.query("select pause('default')")
            #expect(try await engine.claimSuspect() == nil)
            #expect(try await !engine.value(suspects, as: Bool.self))
            try await engine.query("select resume('default')")
            #expect(try await engine.claimSuspect() != nil)
        }

        @Test func `takes in what is enqueued, started and retried, and keeps it`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue("Later")
            try await engine.query("select pause('default')")
            try await engine.enqueue()
            _ = try await EngineDriver.start(#"{"main": ["A"]}"#, name: "Later")
            #expect(try await engine.status(1) == "ready")
            try await engine.query("update workers set handlers = handlers || '{Later/A}'")
            #expect(try await engine.claim(5).isEmpty)
        }

        @Test func `tells who paused it, and takes a new time and reason`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.query("select pause('default', reason => 'first')")
            let since: String = try await engine.value("select paused_at::text from queues")
            try await engine.query("select pause('default', clock_now() + interval '1 hour', 'second')")
            let row = try #require(
                try await engine.query(
                    "select paused_at::text, reason, paused_by = session_user, paused_until is not null from queues"
                ).first
            )
            let values = try row.decode(as: String.self, String.self, Bool.self, Bool.self)
            #expect(values == (since, "second", true, true))
            let error = await expectRefusal("OP003") { try await engine.query("select resume('mail')") }
            #expect(error?.hint == #"Paused are "default"."#)
        }

        @Test func `is scheduled past: only queues that run are looked at for what is due next`() async throws
        {
            let engine = try await EngineDriver.start(queues: ["default", "mail"])
            try await engine.query(
                "select enqueue('Flow', perform_in => '1 hour'), enqueue('Flow', queue => 'mail', perform_in => '2 hours')"
            )
            try await engine.query("select enqueue('Flow', queue => 'other', perform_in => '1 minute')")
            let due: SQLStatement = "select extract(epoch from next_due(\(engine.worker)))::float8 / 60"
            #expect(try await (50...60).contains(engine.value(due, as: Double.self)))
            try await engine.query("select pause('default')")
            #expect(try await (110...120).contains(engine.value(due, as: Double.self)))
        }
    }
}
