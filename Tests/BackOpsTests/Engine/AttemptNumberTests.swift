import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    /// The attempts of an action are told apart by their numbers, whatever gave it a fresh budget.
    @Suite struct `The number of an attempt` {
        private static let plan = #"{"main": [["A", {"max_attempts": 2}], "B"], "side": ["S"]}"#

        /// Lets the first action use up its attempts.
        private func failed() async throws -> (EngineDriver, Int64) {
            let engine = try await EngineDriver.start(Self.plan)
            let id = try await engine.enqueue()
            try await engine.fail(engine.claimOne(), after: "0")
            #expect(try await engine.fail(engine.claimOne()) == "failed")
            return (engine, id)
        }

        @Test func `goes on after a retry, with as many attempts left as at first`() async throws {
            let (engine, id) = try await failed()
            try await engine.query("select retry(\(id))")
            #expect(try await engine.status(id) == "ready")
            let job = try await engine.claimOne()
            #expect(job.attempt == 3 && job.run == 1)
            #expect(try await engine.fail(job, after: "0") == "retrying")
            #expect(try await engine.status(id) == "retrying")
            #expect(try await engine.fail(engine.claimOne()) == "failed")
            #expect(
                try await engine.history(id) == [
                    "A 1.1 failed", "A 1.2 failed", "A 1.3 failed", "A 1.4 failed",
                ]
            )
        }

        @Test func `goes on after a retry of many`() async throws {
            let (engine, id) = try await failed()
            try await engine.query("select retry(\([id]))")
            #expect(try await engine.claimOne().attempt == 3)
        }

        @Test func `is shown as one of all that there may be`() async throws {
            let (engine, id) = try await failed()
            try await engine.query("select retry(\(id))")
            _ = try await engine.claim()
            let shown =
                "select attempt || ' of ' || max_attempts from operation_status where id = \(id)"
                as SQLStatement
            #expect(try await engine.value(shown, as: String.self) == "3 of 4")
            let action =
                "select attempts_count || ' of ' || max_attempts from action_status where operation_id = \(id) and position = 1"
                as SQLStatement
            #expect(try await engine.value(action, as: String.self) == "3 of 4")
            #expect(
                try await engine.value("select detail from explain(\(id))", as: String.self).contains(
                    "attempt 3 of 4"
                )
            )
            let running =
                "select attempt from timeline where operation_id = \(id) and outcome = 'running'"
                as SQLStatement
            #expect(try await engine.value(running, as: Int.self) == 3)
        }

        @Test func `counts a crash, a snooze and a cancel after a retry, too`() async throws {
            let (engine, id) = try await failed()
            try await engine.query("select retry(\(id))")
            try await engine.snooze(engine.claimOne(), "0")
            _ = try await engine.claimOne()
            try await engine.query("select record_crashes(array[\(id)], 'test')")
            _ = try await engine.claimSuspect()
            try await engine.query("select cancel(\(id))")
            #expect(
                try await engine.history(id).suffix(3) == [
                    "A 1.3 snoozed", "A 1.3 crashed", "A 1.4 cancelled",
                ]
            )
        }

        @Test func `is not used again where a jump leaves an action that has been tried`() async throws {
            let engine = try await EngineDriver.start(Self.plan)
            let id = try await engine.enqueue()
            try await engine.fail(engine.claimOne(), after: "1 hour")
            try await engine.query("select jump(\(id), 'side')")
            let next = try #require(try await engine.complete(engine.claimOne()).next)
            #expect(next.action == "main/A")
            let number =
                "select attempt, earlier_attempts from jobs join actions using (operation_id, position)"
                as SQLStatement
            #expect(try await engine.query(number)[0].decode(as: Int.self, Int.self) == (1, 1))
            #expect(try await engine.fail(next, after: "0") == "retrying")
            #expect(try await engine.history(id) == ["A 1.1 failed", "A 1.2 failed"])
        }

        @Test func `starts at 1 again with a new run`() async throws {
            let (engine, id) = try await failed()
            try await engine.query("select retry(\(id))")
            let next = try #require(try await engine.complete(engine.claimOne()).next)
            try await engine.complete(next, jump: "main", at: "A", continues: false)
            let job = try await engine.claimOne()
            #expect(job.run == 2 && job.attempt == 1)
            #expect(try await engine.history(id).contains("A 1.3 completed"))
        }

        @Test func `leaves the delay of a retry as after the first attempt`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": [["A", {"max_attempts": 2, "backoff": {"base": 10, "jitter": 0}}]]}"#
            )
            try await engine.travel(to: "2030-01-01Z")
            let id = try await engine.enqueue()
            try await engine.fail(engine.claimOne(), permanent: true)
            try await engine.query("select retry(\(id))")
            try await engine.fail(engine.claimOne())
            #expect(try await engine.wait(id) == 10)
        }
    }
}
