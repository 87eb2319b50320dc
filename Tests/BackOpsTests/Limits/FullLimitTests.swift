import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A limit that is full` {
        private func start(_ options: String) async throws -> EngineDriver {
            try await EngineDriver.start(
                #"{"main": ["A", "B"], "/limit": {"name": "x", "max": 1, \#(options)}}"#
            )
        }

        /// How the operations stand, those that were cancelled with the reason.
        private func ends(_ engine: EngineDriver) async throws -> [String] {
            try await engine.values(
                "select concat_ws(' ', id, state, stop_reason) from operations where state <> 'active' order by id"
            )
        }

        @Test func `has others wait, where it does not say otherwise`() async throws {
            let engine = try await start(#""when_full": "wait""#)
            try await engine.enqueue(3)
            #expect(try await engine.claimed() == [1])
            #expect(try await ends(engine).isEmpty)
            #expect(
                try await engine.value("select limits::text from definition_actions limit 1", as: String.self)
                    == #"{"operation": {"max": 1, "name": "x"}}"#
            )
        }

        @Test func `drops who comes`() async throws {
            let engine = try await start(#""when_full": "drop""#)
            try await engine.enqueue(3)
            #expect(try await engine.claimed() == [1])
            #expect(
                try await ends(engine)
                    == [#"2 cancelled the limit "x" was full"#, #"3 cancelled the limit "x" was full"#]
            )
            #expect(try await engine.gates() == ["x 1+0"])
            try await engine.query("select cancel(1)")
            try await engine.query("select retry(2)")
            #expect(try await engine.claimed() == [2])
            #expect(try await engine.violations().isEmpty)
        }

        @Test func `keeps the latest in line`() async throws {
            let engine = try await start(#""when_full": "replace_waiting""#)
            try await engine.enqueue(2)
            #expect(try await engine.claimed() == [1])
            try await engine.enqueue(2)
            #expect(try await engine.claimed().isEmpty)
            #expect(
                try await ends(engine) == [
                    #"2 cancelled operation 3 took its place in the line of the limit "x""#,
                    #"3 cancelled operation 4 took its place in the line of the limit "x""#,
                ]
            )
            #expect(try await engine.gates() == ["x 1+1"])
            #expect(try await engine.violations().isEmpty)
        }

        @Test func `cancels the oldest, which may run right now`() async throws {
            let engine = try await start(#""when_full": "cancel_oldest""#)
            try await engine.enqueue(1)
            let first = try await engine.claimOne()
            try await engine.enqueue(1)
            _ = try await engine.claimed()
            #expect(try await ends(engine) == [#"1 cancelled operation 2 came to the limit "x""#])
            #expect(try await engine.claimed() == [2])
            #expect(try await engine.complete(first).outcome != "advanced")
            #expect(try await engine.gates() == ["x 1+0"])
            #expect(try await engine.violations().isEmpty)
        }

        @Test(arguments: [0, 1, 2]) func `lets so many wait`(count: Int) async throws {
            let engine = try await start(#""max_waiting": \#(count)"#)
            try await engine.enqueue(4)
            #expect(try await engine.claimed() == [1])
            let ends = try await ends(engine)
            #expect(ends.count == 3 - count)
            #expect(ends.allSatisfy { $0.hasSuffix(#"cancelled the line of the limit "x" was full"#) })
            #expect(try await engine.gates() == ["x 1+\(count)"])
            #expect(try await engine.violations().isEmpty)
        }

        @Test func `leaves alone what somebody else has locked, and asks again`() async throws {
            let engine = try await start(#""when_full": "drop""#)
            try await engine.enqueue(2)
            let other = try await PQConnection.connect(TestDatabase.current.options)
            try await other.query("begin")
            try await other.query("select from operations where id = 2 for update")
            #expect(try await engine.claimed() == [1])
            #expect(try await engine.standing() == ["1 holds x", "2 comes"])
            try await other.query("rollback")
            #expect(try await engine.claimed().isEmpty)
            #expect(try await ends(engine) == [#"2 cancelled the limit "x" was full"#])
            #expect(try await engine.violations().isEmpty)
            await other.close()
        }

        @Test(arguments: [
            (#""when_full": "explode""#, #"when_full of the limit "x" is explode"#),
            (#""when_full": 5"#, #"when_full of the limit "x" is 5"#),
            (#""max_waiting": -1"#, #"max_waiting of the limit "x" is -1"#),
            (#""max_waiting": 0.5"#, #"max_waiting of the limit "x" is 0.5"#),
            (#""max_waiting": "many""#, #"max_waiting of the limit "x" is many"#),
        ]) func `is refused with what is wrong`(options: String, message: String) async throws {
            let error = await expectRefusal("OP004") { _ = try await start(options) }
            #expect(error?.message.contains(message) == true, "\(String(describing: error?.message))")
        }

        @Test func `says so for operations only`() async throws {
            let error = await expectRefusal("OP004") {
                _ = try await EngineDriver.start(
                    EngineDriver.limited(#""name": "x", "max": 1, "when_full": "drop""#)
                )
            }
            #expect(error?.message.contains(#"unknown options: "when_full""#) == true)
        }
    }
}
