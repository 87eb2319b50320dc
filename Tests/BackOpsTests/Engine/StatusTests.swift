import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `The views` {
        @Test func `show where an operation stands through its life`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            let line: SQLStatement =
                "select status || ' ' || progress || ' ' || coalesce(action, '-') from operation_status where id = \(id)"
            func look() async throws -> String { try await engine.value(line) }

            #expect(try await look() == "ready 0/3 main/A")
            let first = try await engine.claimOne()
            #expect(try await look() == "running 0/3 main/A")
            try await engine.complete(first, continues: false)
            #expect(try await look() == "ready 1/3 main/B")
            try await engine.snooze(engine.claimOne(), "1 hour")
            #expect(try await look() == "scheduled 1/3 main/B")
            try await engine.query("select run_from(\(id), 'main', 'B')")
            try await engine.fail(engine.claimOne(), after: "0")
            #expect(try await look() == "retrying 1/3 main/B")
            try await engine.fail(engine.claimOne(), permanent: true)
            #expect(try await look() == "failed 1/3 main/B")
            try await engine.query("select retry(\(id))")
            try await engine.query("select cancel(\(id))")
            #expect(try await look() == "cancelled 1/3 main/B")
            try await engine.query("select retry(\(id))")
            try await engine.drain()
            #expect(try await look() == "completed 3/3 -")
        }

        @Test func `show every status of an action`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A", "B", "C", "D"]}"#)
            let id = try await engine.enqueue()
            try await engine.complete(engine.claimOne(), jump: "main", at: "C", continues: false)
            func third() async throws -> [String] { try await engine.actions(id) }
            #expect(
                try await third() == ["main/A completed", "main/B skipped", "main/C ready", "main/D open"]
            )
            let job = try await engine.claimOne()
            #expect(try await third()[2] == "main/C running")
            try await engine.fail(job, after: "1 hour")
            #expect(try await third()[2] == "main/C retrying")
            try await engine.query("select retry(\(id))")
            try await engine.snooze(engine.claimOne(), "1 hour")
            #expect(try await third()[2] == "main/C scheduled")
            try await engine.query("select cancel(\(id))")
            #expect(try await third()[2] == "main/C cancelled")
            try await engine.query("select retry(\(id))")
            try await engine.fail(engine.claimOne(), permanent: true)
            #expect(try await third()[2] == "main/C failed")
        }

        @Test func `show the worker, and what the running action says of its progress`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue()
            let job = try await engine.claimOne()
            let taken: Int = try await engine.value(
                "select report_progress(\(engine.worker), \([job.operation]), \([job.claim]), '{0.25}', '{page 1 of 4}')"
            )
            #expect(taken == 1)
            let row = try await engine.query(
                "select worker, reported_progress, progress_note from operation_status"
            )
            #expect(
                try row[0].decode(as: String.self, Double.self, String.self) == (
                    "test pid 1", 0.25, "page 1 of 4"
                )
            )
            try await engine.complete(job, continues: false)
            #expect(
                try await engine.value("select progress_note from operation_status", as: String?.self) == nil
            )
        }
    }
}
