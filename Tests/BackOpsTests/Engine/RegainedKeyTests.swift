import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    /// One operation of a key is active, also where people let one go on that has ended.
    @Suite(.serialized) struct `An operation that goes on after its end` {
        private static let verbs = ["retry", "jump", "run_from"]

        /// An operation that failed under a key, in front of a driver.
        private func failed(_ mode: String) async throws -> (engine: EngineDriver, id: Int64) {
            let engine = try await EngineDriver.start(#"{"main": ["A"]}"#)
            let id = try await enqueue(engine, mode)
            try await engine.travel(by: "1 minute")
            try await engine.fail(try await engine.claimOne(), permanent: true)
            return (engine, id)
        }

        private func enqueue(_ engine: EngineDriver, _ mode: String) async throws -> Int64 {
            try await engine.value("select id from enqueue_keyed('Flow', 'k', \(mode))")
        }

        private func call(_ verb: String, _ id: String) -> SQLStatement {
            SQLStatement(unescaped: "select id from \(verb)(\(id)\(verb == "retry" ? "" : ", 'main', 'A'"))")
        }

        @Test(arguments: ["unless_active", "cancel_and_replace"], verbs)
        func `is refused while another one has its key, and left out of many`(
            mode: String,
            verb: String
        ) async throws {
            let (engine, first) = try await failed(mode)
            let second = try await enqueue(engine, mode)
            #expect(second != first)
            let error = await expectRefusal("OP003") { try await engine.query(call(verb, "\(first)")) }
            #expect(
                error?.message == "operation \(first) cannot go on: operation \(second) has its key \"k\" now"
            )
            #expect(try await engine.values(call(verb, "array[\(first)]::bigint[]"), as: Int64.self) == [])
            #expect(try await engine.state(first) == "failed")
        }

        @Test(arguments: ["unless_active", "cancel_and_replace"], verbs)
        func `has its key again, so that the next enqueue finds it`(mode: String, verb: String) async throws {
            let (engine, first) = try await failed(mode)
            let second = try await enqueue(engine, mode)
            try await engine.query("select cancel(\(second))")
            try await engine.query(call(verb, "\(first)"))
            #expect(try await engine.state(first) == "active")
            let third = try await enqueue(engine, mode)
            #expect(try await engine.state(first) == (mode == "unless_active" ? "active" : "cancelled"))
            #expect((third == first) == (mode == "unless_active"))
        }

        /// A call for many must not fail because of one of them.
        @Test(.timeLimit(.minutes(1)))
        func `is left out of many where another one is just getting its key`() async throws {
            let (engine, first) = try await failed("unless_active")
            let other = try await engine.enqueue()
            try await engine.fail(try await engine.claimOne(), permanent: true)
            let rival = try await PQConnection.connect(TestDatabase.current.options)
            let observer = try await PQConnection.connect(TestDatabase.current.options)
            try await rival.script("begin")
            let second = try await rival.query("select id from enqueue_keyed('Flow', 'k', 'unless_active')")
            async let retried = engine.values(call("retry", "array[\(first), \(other)]"), as: Int64.self)
            let isBlocked: SQLStatement =
                "select \(rival.backendPID) = any (pg_blocking_pids(\(engine.connection.backendPID)))"
            while try await !observer.query(isBlocked)[0].decode(0, as: Bool.self) {}
            try await rival.script("commit")
            #expect(try await retried == [other])
            #expect(try await engine.state(first) == "failed")
            #expect(try await engine.state(second[0].decode(0)) == "active")
            await rival.close()
            await observer.close()
        }

        @Test func `has its key again after its entry was pruned`() async throws {
            let (engine, first) = try await failed("unless_active")
            try await engine.query("delete from operation_keys")
            try await engine.query("select retry(\(first))")
            #expect(try await enqueue(engine, "unless_active") == first)
        }

        @Test(arguments: ["replace_waiting", "debounce 5 s", "throttle 1 ms"])
        func `goes on beside another one where the mode allows both`(mode: String) async throws {
            let (engine, first) = try await failed(mode)
            try await engine.travel(by: "1 minute")
            let second = try await enqueue(engine, mode)
            try await engine.query("select retry(\(first))")
            #expect(try await engine.state(first) == "active")
            #expect(try await engine.state(second) == "active")
        }
    }
}
