import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A worker is told` {
        /// What a worker's channel hears of a change; sent by another session, as always in life.
        private func heard(
            by engine: EngineDriver,
            sleeping: Bool = true,
            plan: String = #"{"main": ["A", "B", "C"]}"#,
            _ change: (EngineDriver) async throws -> Void
        ) async throws -> [String] {
            let channel = "\(TestDatabase.current.schema)_w_\(engine.worker)"
            let other = try await EngineDriver.start(plan)
            try await engine.query("select heartbeat(\(engine.worker), p_sleeping => \(sleeping))")
            try await engine.connection.run { try $0.listen(channel) }
            try await change(other)
            // Notifications come in the order of the commits: what comes before this one is all there is.
            try await other.query("select pg_notify(\(channel), 'end')")
            var payloads: [String] = []
            while payloads.last != "end" {
                let received = try await engine.connection.run {
                    try $0.waitForNotifications(timeout: .seconds(600))
                }
                try #require(!received.isEmpty, "no notification came")
                payloads += received.map(\.payload)
            }
            return payloads.dropLast()
        }

        @Test func `of new work while it sleeps`() async throws {
            let engine = try await EngineDriver.start()
            #expect(try await heard(by: engine) { try await $0.enqueue() } == ["work"])
        }

        @Test func `nothing while it is awake`() async throws {
            let engine = try await EngineDriver.start()
            #expect(try await heard(by: engine, sleeping: false) { try await $0.enqueue() }.isEmpty)
        }

        @Test func `nothing of other queues, and nothing of work that is not due`() async throws {
            let engine = try await EngineDriver.start()
            let payloads = try await heard(by: engine) { other in
                try await other.query("insert into operations (name, queue) values ('Flow', 'slow')")
                try await other.query("select enqueue('Flow', perform_in => '1 hour')")
            }
            #expect(payloads.isEmpty)
        }

        @Test func `of an action that another worker left to it`() async throws {
            let plan = #"{"main": ["A", ["B", {"queue": "gpu"}]]}"#
            let engine = try await EngineDriver.start(plan, queues: ["gpu"])
            let payloads = try await heard(by: engine, plan: plan) { other in
                try await other.enqueue()
                try await other.complete(other.claimOne())
            }
            #expect(payloads == ["work"])
        }

        @Test func `of retries, hand-backs and names that somebody registered`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue()
            try await engine.enqueue("Later")
            let failed = try await engine.enqueue()
            let mine = try await engine.claim(2)
            try await engine.fail(mine[1], permanent: true)
            try await engine.release(mine[0])
            let payloads = try await heard(by: engine) { other in
                try await other.query("select retry(\(failed))")
                try await other.release(other.claimOne())
                try await other.query(#"select register_definition('Later', '{"main": ["A"]}')"#)
            }
            #expect(payloads == ["work", "work", "work"])
        }

        @Test func `that a claim was taken from it by a cancel, asleep or not`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue()
            let job = try await engine.claimOne()
            let payloads = try await heard(by: engine, sleeping: false) {
                try await $0.query("select cancel(\(job.operation))")
            }
            #expect(payloads == ["lost \(job.claim)"])
        }

        @Test(arguments: ["delete from operations", "truncate operations"])
        func `of an action whose operation is deleted`(statement: String) async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue()
            let job = try await engine.claimOne()
            let payloads = try await heard(by: engine, sleeping: false) {
                try await $0.query(SQLStatement(unescaped: statement))
            }
            #expect(payloads == ["lost \(job.claim)"])
        }

        @Test func `at most once per job, however many sleep`() async throws {
            let sleepers = try await [EngineDriver.start(), .start(), .start()]
            for sleeper in sleepers {
                try await sleeper.query("select heartbeat(\(sleeper.worker), p_sleeping => true)")
            }
            let schema = TestDatabase.current.schema
            let listener = try await EngineDriver.start(handlers: [])
            for sleeper in sleepers {
                try await listener.connection.run { try $0.listen("\(schema)_w_\(sleeper.worker)") }
            }
            try await sleepers[0].enqueue()
            try await sleepers[0].query(
                "select pg_notify(\("\(schema)_w_\(sleepers[0].worker)"), 'end')"
            )
            var payloads: [String] = []
            while payloads.last != "end" {
                let received = try await listener.connection.run {
                    try $0.waitForNotifications(timeout: .seconds(600))
                }
                try #require(!received.isEmpty)
                payloads += received.map(\.payload)
            }
            #expect(payloads == ["work", "end"])
        }
    }
}
