import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `Actions of a branch` {
        @Test func `run in the order of the plan`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            #expect(try await engine.drain() == ["main/A", "main/B", "main/C"])
            #expect(try await engine.state(id) == "completed")
            #expect(
                try await engine.actions(id) == ["main/A completed", "main/B completed", "main/C completed"]
            )
        }

        @Test func `follow each other in the same worker, each under a claim of its own`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue()
            let first = try await engine.claimOne()
            let second = try #require(try await engine.complete(first).next)
            #expect(second.action == "main/B")
            #expect(second.claim > first.claim)
            #expect(try await engine.held() == [second])
        }

        @Test func `are free for others where the worker does not go on`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            #expect(try await engine.complete(engine.claimOne(), continues: false).outcome == "queued")
            #expect(try await engine.status(id) == "ready")
            #expect(try await engine.claimOne().action == "main/B")
        }

        @Test func `are not run again once they have completed`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            let second = try #require(try await engine.complete(engine.claimOne()).next)
            try await engine.fail(second, permanent: true)
            try await engine.query("select retry(\(id))")
            #expect(try await engine.drain() == ["main/B", "main/C"])
        }

        @Test func `end with the operation, which has no job then`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A"]}"#)
            let id = try await engine.enqueue()
            #expect(try await engine.complete(engine.claimOne()).outcome == "completed")
            #expect(try await engine.value("select count(*) from jobs", as: Int.self) == 0)
            let isDated = "select completed_at = ended_at from operations where id = \(id)" as SQLStatement
            #expect(try await engine.value(isDated, as: Bool.self))
            #expect(try await engine.drain().isEmpty)
        }

        @Test func `leave no history where everything went well`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            try await engine.drain()
            #expect(try await engine.history(id).isEmpty)
        }
    }

    @Suite struct `Retrying an operation` {
        @Test func `goes on at the failed action with a fresh budget`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": ["A", ["B", {"max_attempts": 2, "backoff": {"base": 0}}]]}"#
            )
            let id = try await engine.enqueue()
            let job = try #require(try await engine.complete(engine.claimOne()).next)
            #expect(try await engine.fail(job) == "retrying")
            #expect(try await engine.fail(engine.claimOne()) == "failed")
            #expect(try await engine.state(id) == "failed")

            try await engine.query("select retry(\(id))")
            let again = try await engine.claimOne()
            #expect(again.action == "main/B" && again.attempt == 3)
            #expect(try await engine.fail(again) == "retrying")
            #expect(try await engine.drain() == ["main/B"])
            #expect(try await engine.history(id) == ["B 1.1 failed", "B 1.2 failed", "B 1.3 failed"])
        }

        @Test func `clears the error once the action has completed`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A"]}"#)
            let id = try await engine.enqueue()
            try await engine.fail(engine.claimOne(), "card declined", permanent: true)
            let error = "select error_message from operation_status where id = \(id)" as SQLStatement
            #expect(try await engine.value(error, as: String?.self) == "card declined")
            try await engine.query("select retry(\(id))")
            try await engine.drain()
            #expect(try await engine.value("select error_message from actions", as: String?.self) == nil)
            #expect(
                try await engine.value("select error_message from attempts", as: String?.self)
                    == "card declined"
            )
        }

        @Test func `hurries an attempt that waits for its backoff`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            try await engine.fail(engine.claimOne(), after: "1 hour")
            #expect(try await engine.claim().isEmpty)
            try await engine.query("select retry(\(id))")
            #expect(try await engine.claimOne().attempt == 2)
        }

        @Test func `takes many at once, and leaves those alone that have not failed`() async throws {
            let engine = try await EngineDriver.start()
            let ids = try await engine.enqueue(3)
            for job in try await engine.claim(2) { try await engine.fail(job, permanent: true) }
            let retried = try await engine.values("select id from retry(\(ids))", as: Int64.self)
            #expect(retried == Array(ids.prefix(2)))
            #expect(try await engine.claim(10).count == 3)
        }
    }
}
