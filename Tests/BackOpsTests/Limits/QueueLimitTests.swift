import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A limit of a queue` {
        /// Two workers of a queue of which two actions may run at once, and five operations in it.
        private func site(
            _ branches: String = #"{"main": ["A", "B"]}"#,
            queues: [String] = ["default"]
        ) async throws -> (first: EngineDriver, second: EngineDriver) {
            let engine = try await EngineDriver.start(branches, queues: queues)
            let other = try await EngineDriver.start(branches, queues: queues)
            try await engine.query("select set_queue_limit('default', 2, 'they are heavy')")
            try await engine.enqueue(5)
            return (engine, other)
        }

        private func running(_ engine: EngineDriver) async throws -> Int {
            try await engine.value("select running from queue_limit_status", as: Int.self)
        }

        @Test func `is how many run at once, whoever claims them`() async throws {
            let (engine, other) = try await site()
            let first = try await engine.claimOne()
            #expect(try await other.claimed() == [2])
            #expect(try await engine.claimed().isEmpty)
            #expect(try await running(engine) == 2)
            #expect(try await engine.complete(first, continues: false).outcome == "queued")
            #expect(try await running(engine) == 1)
            #expect(try await other.claimed() == [3])
            #expect(try await engine.violations() == [])
        }

        @Test func `lets an operation go on in its queue with the slot that it has`() async throws {
            let (engine, other) = try await site()
            let jobs = try await engine.claim(2)
            let next = try #require(try await engine.complete(jobs[0]).next)
            #expect(try await other.claimed().isEmpty)
            #expect(try await engine.complete(next).outcome == "completed")
            #expect(try await other.claimed() == [3])
            #expect(try await engine.violations() == [])
        }

        @Test func `is free again while an action waits to be tried again`() async throws {
            let (engine, other) = try await site()
            let jobs = try await engine.claim(2)
            try await engine.query("select fail(\(engine.worker), 1, \(jobs[0].claim), 'E', 'no')")
            try await engine.query(
                "select snooze(\(engine.worker), 2, \(jobs[1].claim), interval '1 hour')"
            )
            #expect(try await running(engine) == 0)
            #expect(try await other.claimed() == [3, 4])
            #expect(try await engine.violations() == [])
        }

        @Test func `is given back whatever ends the operation`() async throws {
            let (engine, other) = try await site()
            let jobs = try await engine.claim(2)
            try await engine.query("select cancel(1)")
            #expect(try await engine.release(jobs[1], began: false) == "released")
            #expect(try await other.claimed(1) == [2])
            #expect(try await other.claimed() == [3])
            try await engine.query("delete from operations where id = 3")
            #expect(try await other.claimed() == [4])
            #expect(try await engine.violations() == [])
        }

        @Test func `holds up no other queue, and serves who is urgent first`() async throws {
            let (engine, _) = try await site(queues: ["default", "mail"])
            try await engine.query(
                "insert into operations (name, queue) select 'Flow', 'mail' from generate_series(6, 8)"
            )
            try await engine.query("insert into operations (name, priority) values ('Flow', 1), ('Flow', 9)")
            #expect(try await engine.claimed(3) == [9, 1, 6])
            #expect(try await engine.claimed() == [7, 8])
        }

        @Test func `counts what runs already when it is set, and stops nothing`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue(6)
            #expect(try await engine.claimed(3) == [1, 2, 3])
            try await engine.query("select set_queue_limit('default', 2)")
            #expect(try await running(engine) == 3)
            try await engine.query("select cancel(1)")
            #expect(try await engine.claimed().isEmpty)
            try await engine.query("select cancel(2)")
            #expect(try await engine.claimed() == [4])
            #expect(try await engine.violations() == [])
        }

        @Test func `counts a claim that was under way when it was set`() async throws {
            let engine = try await EngineDriver.start()
            let other = try await EngineDriver.start()
            try await engine.enqueue(6)
            try await engine.query("begin")
            #expect(try await engine.claimed(2) == [1, 2])
            try await other.query("select set_queue_limit('default', 3)")
            try await engine.query("commit")
            #expect(try await other.claimed() == [3])
            #expect(try await running(other) == 3)
            #expect(try await other.violations() == [])
        }

        @Test func `waits for what is just being ended when it is set`() async throws {
            let engine = try await EngineDriver.start()
            let other = try await EngineDriver.start()
            try await engine.enqueue(6)
            let job = try await engine.claimOne()
            try await engine.query("begin")
            #expect(try await engine.complete(job).outcome == "advanced")
            async let setting = other.query("select set_queue_limit('default', 1)")
            try await engine.untilSomebodyWaits()
            try await engine.query("commit")
            _ = try await setting
            #expect(try await other.claimed().isEmpty)
            #expect(try await running(other) == 1)
            #expect(try await other.violations() == [])
        }

        @Test func `is counted right by recount_limits while a claim is at it`() async throws {
            let (engine, other) = try await site()
            let jobs = try await engine.claim(2)
            try await other.query("begin")
            #expect(try await other.claimed().isEmpty)
            try await engine.complete(jobs[0], continues: false)
            async let counting = engine.value("select recount_limits()", as: Int.self)
            try await other.untilSomebodyWaits()
            try await other.query("commit")
            #expect(try await counting == 0)
            #expect(try await other.claimed() == [3])
            #expect(try await other.claimed().isEmpty)
            #expect(try await other.violations() == [])
        }

        @Test func `can be raised, and taken away, at once`() async throws {
            let (engine, _) = try await site()
            #expect(try await engine.claimed() == [1, 2])
            try await engine.query("select set_queue_limit('default', 3)")
            #expect(try await engine.claimed() == [3])
            try await engine.query("select set_queue_limit('default', null)")
            #expect(try await engine.claimed() == [4, 5])
            try await engine.query("select set_queue_limit('default', 4)")
            #expect(try await running(engine) == 5)
            #expect(try await engine.violations() == [])
        }

        @Test func `of 0 lets nothing start, and is said to be why`() async throws {
            let (engine, _) = try await site()
            try await engine.query("select set_queue_limit('default', 0, 'the disk is full')")
            #expect(try await engine.claimed().isEmpty)
            let reasons: [String] = try await engine.values("select reason || ': ' || detail from explain(1)")
            let role = try await engine.value("select session_user::text", as: String.self)
            #expect(
                reasons == [
                    "queue_full: nothing of queue \"default\" may run, says \(role): the disk is full"
                ]
            )
        }

        @Test func `explains who waits for it`() async throws {
            let (engine, _) = try await site()
            #expect(try await engine.claimed() == [1, 2])
            #expect(
                try await engine.values("select reason || ': ' || detail from explain(3)") == [
                    "queue_full: main/A waits: 2 of queue \"default\" may run at once, and as many do"
                ]
            )
            try await engine.query("select cancel(1)")
            #expect(try await engine.value("select reason from explain(3)") == "ready")
        }

        @Test func `is kept by a worker that died until somebody takes the job back`() async throws {
            let (engine, other) = try await site()
            #expect(try await engine.claimed() == [1, 2])
            try await other.query(
                "update workers set heartbeat_at = heartbeat_at - interval '20 years' where id = \(engine.worker)"
            )
            #expect(try await other.claimed().isEmpty)
            try await other.query("select * from rescue(100, '0')")
            try await other.query("select * from rescue(100, '0')")
            #expect(try await other.claimed(1) == [3])
            #expect(try await other.claimSuspect()?.operation == 1)
            #expect(try await other.claimSuspect() == nil)
            #expect(try await running(other) == 2)
            #expect(try await other.violations() == [])
        }

        @Test func `lets nobody wait for a claim that is not over yet, who looks again soon`() async throws {
            let (engine, other) = try await site()
            try await engine.query("begin")
            #expect(try await engine.claimed(1) == [1])
            #expect(try await other.claimed().isEmpty)
            let due = try await other.value(
                "select extract(epoch from next_due(\(other.worker)))::float8",
                as: Double.self
            )
            #expect((0...0.03).contains(due))
            try await engine.query("commit")
            #expect(try await other.claimed() == [2])
            #expect(try await other.value("select next_due(\(other.worker)) is null", as: Bool.self))
        }

        @Test func `tells a worker that gives a slot back to look again`() async throws {
            let (engine, other) = try await site()
            try await engine.query(
                "listen \(unescaped: try await engine.value("select quote_ident(worker_channel(\(engine.worker)))", as: String.self))"
            )
            let jobs = try await engine.claim(2)
            #expect(try await other.claimed().isEmpty)
            try await engine.complete(jobs[0], continues: false)
            let notifications = try await engine.connection.run {
                try $0.waitForNotifications(timeout: .seconds(600))
            }
            #expect(notifications.map(\.payload) == ["work"])
        }

        @Test func `is in the audit log, with who set it and why`() async throws {
            let (engine, _) = try await site()
            #expect(
                try await engine.values(
                    "select concat_ws(' ', action, reason, details) from audit where action = 'set_queue_limit'"
                ) == [
                    #"set_queue_limit they are heavy {"queue": "default", "maximum": "2"}"#
                ]
            )
        }

        @Test func `is counted again where rows were changed by hand`() async throws {
            let (engine, _) = try await site()
            #expect(try await engine.claimed() == [1, 2])
            try await engine.query("update queue_limits set holding = 7")
            #expect(try await engine.violations().count == 1)
            #expect(try await engine.value("select recount_limits()", as: Int.self) == 1)
            #expect(try await engine.violations() == [])
        }
    }
}
