import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `Failures by kind` {
        /// "action type count" of every group, the largest first.
        private func groups(_ engine: EngineDriver) async throws -> [String] {
            try await engine.values(
                """
                select concat_ws(' ', operation, action, error_type, count)
                  from failures order by count desc, action, example_message
                """
            )
        }

        /// Fails operations for good, each with a message of its own.
        private func fail(_ engine: EngineDriver, _ messages: [String]) async throws -> [Int64] {
            let ids = try await engine.enqueue(messages.count)
            for message in messages { try await engine.fail(engine.claimOne(), message, permanent: true) }
            return ids
        }

        @Test func `count errors that differ in numbers, ids and quoted words alone as one`() async throws {
            let engine = try await EngineDriver.start()
            _ = try await fail(
                engine,
                [
                    #"card 4711 of "ann" declined"#, #"card 12 of "bob" declined"#, "no route to 10.0.0.1:25",
                    "no such id 3f2b8c1d-1111-2222-3333-444455556666",
                    "no such id 00000000-aaaa-bbbb-cccc-000000000000",
                ]
            )
            #expect(
                try await groups(engine) == [
                    "Flow main/A Mishap 2", "Flow main/A Mishap 2", "Flow main/A Mishap 1",
                ]
            )
            let example = try await engine.query(
                "select example_id, example_message, capped, first_at < last_at from failures where count = 2 order by example_id limit 1"
            )
            let (id, message, isCapped, inOrder) = try #require(example.first).decode(
                as: Int64.self,
                String.self,
                Bool.self,
                Bool.self
            )
            #expect(id == 2 && message.hasPrefix("card 12") && !isCapped && inOrder)
        }

        @Test func `leave out what is tried again, and take it up when it has failed for good`() async throws
        {
            let engine = try await EngineDriver.start()
            try await engine.enqueue()
            try await engine.fail(engine.claimOne(), after: "0")
            #expect(try await groups(engine).isEmpty)
            try await engine.fail(engine.claimOne(), permanent: true)
            #expect(try await groups(engine) == ["Flow main/A Mishap 1"])
        }

        @Test(arguments: [
            "retry(1)", "run_from(1, 'main')", "jump(1, 'main', 'B')", "skip(1)", "retry('{1}'::bigint[])",
            "prune('0')",
        ]) func `lose an operation that goes on, or is gone`(call: String) async throws {
            let engine = try await EngineDriver.start()
            _ = try await fail(engine, ["broken"])
            try await engine.travel(by: "1 second")
            try await engine.query("select * from \(unescaped: call)")
            #expect(try await groups(engine).isEmpty)
        }

        @Test func `keep an operation that is skipped to its end out`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A"]}"#)
            _ = try await fail(engine, ["broken"])
            try await engine.query("select skip(1)")
            #expect(try await engine.state(1) == "completed")
            #expect(try await groups(engine).isEmpty)
        }

        @Test func `count crashes, step limits and refused times as well`() async throws {
            let engine = try await EngineDriver.start(#"{"main": [["A", {"max_attempts": 1}], "B"]}"#)
            try await engine.query("insert into operations (name, step_limit) values ('Flow', 1)")
            try await engine.complete(engine.claimOne())
            try await engine.enqueue()
            _ = try await engine.claimOne()
            try await engine.query("select record_crashes('{2}', 'test')")
            #expect(
                try await groups(engine) == ["Flow main/A crashed 1", "Flow main/B StepLimit 1"]
            )
        }

        @Test func `stop counting at a thousand, and say so`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue(1001)
            while true {
                let jobs = try await engine.claim(500)
                if jobs.isEmpty { break }
                let (ids, claims) = (jobs.map(\.operation), jobs.map(\.claim))
                try await engine.query(
                    """
                    select count(*) from fail_many(\(engine.worker), \(ids), \(claims), null, \(ids.map { _ in true }), null,
                                                   \(ids.map { _ in "E" }), \(ids.map { "\($0)" }), null)
                    """
                )
            }
            let row = try #require(try await engine.query("select count, capped from failures").first)
            #expect(try row.decode(as: Int.self, Bool.self) == (1000, true))
        }
    }
}
