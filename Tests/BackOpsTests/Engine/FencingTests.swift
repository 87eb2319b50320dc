import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A claim that is not current` {
        /// Calls every function that writes for a claim, and returns what each says.
        private func everything(_ engine: EngineDriver, _ job: EngineDriver.Job) async throws -> Set<String> {
            var answers: Set<String> = [
                try await engine.complete(job, set: #"{"zombie": true}"#).outcome,
                try await engine.fail(job, permanent: true),
                try await engine.snooze(job, "1 hour"),
                try await engine.release(job),
            ]
            #expect(try await !engine.checkpoint(job, #"{"set": {"zombie": true}}"#))
            let progress: Int = try await engine.value(
                "select report_progress(\(engine.worker), \([job.operation]), \([job.claim]), '{0.5}', '{half}')"
            )
            if progress > 0 { answers.insert("progress") }
            return answers
        }

        private func expectUntouched(
            _ engine: EngineDriver,
            _ job: EngineDriver.Job,
            _ change: () async throws -> Set<String>
        ) async throws {
            let snapshot: SQLStatement = """
                select json_build_array((select json_agg(o) from operations o), (select json_agg(j) from jobs j),
                                        (select json_agg(a order by position) from actions a), (select json_agg(t) from attempts t))::text
                """
            let before: String = try await engine.value(snapshot)
            #expect(try await change() == ["stale"])
            #expect(try await engine.value(snapshot, as: String.self) == before)
        }

        @Test func `is refused to another worker`() async throws {
            let engine = try await EngineDriver.start()
            let other = try await EngineDriver.start()
            try await engine.enqueue()
            let job = try await engine.claimOne()
            try await expectUntouched(engine, job) { try await everything(other, job) }
            #expect(try await engine.complete(job).outcome == "advanced")
        }

        @Test func `is refused after the same worker claimed the job anew`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue()
            let old = try await engine.claimOne()
            try await engine.release(old)
            let new = try await engine.claimOne()
            #expect(new.attempt == old.attempt, "the attempt does not tell them apart")
            try await expectUntouched(engine, old) { try await everything(engine, old) }
        }

        @Test func `is refused after an operator cancelled the operation, and after its retry`() async throws
        {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            let job = try await engine.claimOne()
            try await engine.query("select cancel(\(id))")
            try await expectUntouched(engine, job) { try await everything(engine, job) }
            try await engine.query("select retry(\(id))")
            _ = try await engine.claimOne()
            try await expectUntouched(engine, job) { try await everything(engine, job) }
        }

        @Test func `is refused once the lease has ended, whether anybody has noticed or not`() async throws {
            let engine = try await EngineDriver.start(lease: "15 seconds")
            try await engine.enqueue()
            let job = try await engine.claimOne()
            try await engine.travel(by: "16 seconds")
            try await expectUntouched(engine, job) { try await everything(engine, job) }
            try await engine.query("select * from rescue()")
            try await expectUntouched(engine, job) { try await everything(engine, job) }
        }

        /// Found by the simulation: the worker started once more what its late outcome had just been refused for.
        @Test func `is not named to a worker that asks what it holds once its lease has ended`() async throws
        {
            let engine = try await EngineDriver.start(lease: "15 seconds")
            try await engine.enqueue()
            let job = try await engine.claimOne()
            #expect(try await engine.held() == [job])
            try await engine.travel(by: "16 seconds")
            #expect(try await engine.complete(job).outcome == "stale")
            #expect(try await engine.held().isEmpty)
        }

        @Test func `hands nothing back once the lease has ended, and a goodbye says so`() async throws {
            let engine = try await EngineDriver.start(lease: "15 seconds")
            try await engine.enqueue()
            let job = try await engine.claimOne()
            try await engine.travel(by: "16 seconds")
            #expect(try await engine.value("select unregister_worker(\(engine.worker))", as: Int.self) == 0)
            let holder = try await engine.value(
                "select worker_id from jobs where claim_id = \(job.claim)",
                as: Int64?.self
            )
            #expect(holder == engine.worker)
        }

        @Test func `that completed its action learns that it is done, and the next one is held`() async throws
        {
            let engine = try await EngineDriver.start()
            try await engine.enqueue()
            let job = try await engine.claimOne()
            let next = try await engine.complete(job, set: #"{"n": 1}"#).next
            let again = try await engine.complete(job, set: #"{"n": 2}"#)
            #expect(again.outcome == "done" && again.next == nil)
            #expect(try await engine.fail(job, permanent: true) == "done")
            #expect(try await engine.globals(job.operation) == #"{"n": 1}"#)
            #expect(try await engine.held() == [next])
        }

        @Test func `that completed the operation learns that it is done`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A"]}"#)
            try await engine.enqueue()
            let job = try await engine.claimOne()
            #expect(try await engine.complete(job).outcome == "completed")
            #expect(try await engine.complete(job).outcome == "done")
        }

        @Test func `does not spoil the batch that it is part of`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A"]}"#)
            try await engine.enqueue(3)
            let jobs = try await engine.claim(3)
            try await engine.query("select cancel(\(jobs[1].operation))")
            let outcomes = try await engine.query(
                """
                select operation_id, outcome
                  from complete_many(\(engine.worker), \(jobs.map(\.operation)), \(jobs.map(\.claim)), '{null,null,null}', '{null,null,null}')
                 order by 1
                """
            ).decode(as: Int64.self, String.self)
            #expect(outcomes.map(\.1) == ["completed", "stale", "completed"])
        }

        @Test func `is not what a locked row means: that is busy, and the call can be repeated`() async throws
        {
            let engine = try await EngineDriver.start()
            let other = try await EngineDriver.start()
            try await engine.enqueue()
            let job = try await engine.claimOne()
            try await other.connection.script("begin; select from jobs for update")
            #expect(try await engine.complete(job).outcome == "busy")
            #expect(try await engine.fail(job) == "busy")
            try await other.connection.script("rollback")
            #expect(try await engine.complete(job).outcome == "advanced")
        }

        @Test func `was given by a worker whose id no other registration ever has`() async throws {
            let engine = try await EngineDriver.start()
            let ids = try await engine.values(
                "select register_worker('h', 1, '{default}', '{}') from generate_series(1, 100)",
                as: Int64.self
            )
            #expect(Set(ids).count == 100)
            #expect(ids.allSatisfy { $0 > 0 })
        }
    }
}
