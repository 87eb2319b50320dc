import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `Globals` {
        @Test func `are patched key by key together with the completion`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue("Flow", #"{"a": 1, "b": 2, "c": 3}"#)
            let next = try await engine.complete(engine.claimOne(), set: #"{"b": 20, "d": 4}"#, unset: ["c"])
                .next
            #expect(next?.globals == #"{"a": 1, "b": 20, "d": 4}"#)
            #expect(try await engine.globals(id) == #"{"a": 1, "b": 20, "d": 4}"#)
        }

        @Test func `are written by the last action as well`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A"]}"#)
            let id = try await engine.enqueue()
            try await engine.complete(engine.claimOne(), set: #"{"done": true}"#)
            #expect(try await engine.globals(id) == #"{"done": true}"#)
        }

        @Test func `stay as they are when the completion is rolled back`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            let job = try await engine.claimOne()
            try await engine.connection.script("begin")
            try await engine.complete(job, set: #"{"a": 1}"#)
            try await engine.connection.script("rollback")
            #expect(try await engine.globals(id) == "{}")
            #expect(try await engine.held() == [job])
        }

        @Test func `stay as they are when the attempt fails, except for checkpoints`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue("Flow", #"{"a": 1, "b": 2}"#)
            let job = try await engine.claimOne()
            #expect(try await engine.checkpoint(job, #"{"set": {"page": 7}, "unset": ["b"]}"#))
            try await engine.fail(job, after: "0")
            #expect(try await engine.globals(id) == #"{"a": 1, "page": 7}"#)
            #expect(try await engine.claimOne().globals == #"{"a": 1, "page": 7}"#)
        }

        @Test func `keep what an operator set while the action ran, unless it sets the same key`()
            async throws
        {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            let job = try await engine.claimOne()
            try await engine.query("select set_global(\(id), 'a', '1'), set_global(\(id), 'b', '1')")
            try await engine.complete(job, set: #"{"b": 2}"#)
            #expect(try await engine.globals(id) == #"{"a": 1, "b": 2}"#)
        }

        @Test func `keep integers beyond 2^53 and decimals to the last digit`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue("Flow", #"{"id": 9223372036854775807}"#)
            try await engine.complete(
                engine.claimOne(),
                set: #"{"sum": 12345678901234567890.10, "n": 9007199254740993}"#
            )
            #expect(
                try await engine.globals(id)
                    == #"{"n": 9007199254740993, "id": 9223372036854775807, "sum": 12345678901234567890.10}"#
            )
        }

        @Test func `replace a value as a whole, of whatever type`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue("Flow", #"{"address": {"city": "Kyiv", "zip": 1}}"#)
            try await engine.complete(engine.claimOne(), set: #"{"address": {"city": "Lviv"}, "none": null}"#)
            #expect(try await engine.globals(id) == #"{"none": null, "address": {"city": "Lviv"}}"#)
        }

        @Test(arguments: ["[]", "5", #""text""#, "null"])
        func `are patched with an object or not at all`(patch: String) async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue()
            let job = try await engine.claimOne()
            await expectRefusal("OP004") { try await engine.complete(job, set: PQJSON(patch)) }
            #expect(try await engine.held() == [job])
        }

        @Test func `find operations through an index`() async throws {
            let database = TestDatabase.current
            _ = try await EngineDriver.start(#"{"main": ["A"]}"#)
            try await database.query(
                """
                insert into operations (name, globals)
                  select 'Flow', jsonb_build_object('subscription_id', n) from generate_series(1, 3000) as n
                """
            )
            try await database.script("vacuum analyze operations")
            let plan = try await database.query(
                #"explain (format json) select id from operations where globals @> '{"subscription_id": 42}'"#
            )
            #expect(try plan[0].decode(0, as: String.self).contains("operations_globals_idx"))
            let found = try await database.value(
                #"select count(*) from operations where globals @> '{"subscription_id": 42}'"#,
                as: Int.self
            )
            #expect(found == 1)
        }
    }
}
