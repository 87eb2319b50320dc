import BackOps
import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `Bad input` {
        private func expectNothingWritten() async throws {
            let rows =
                "select (select count(*) from operations) + (select count(*) from jobs) + (select count(*) from actions)"
            #expect(try await TestDatabase.current.value(SQLStatement(unescaped: rows), as: Int.self) == 0)
        }

        @Test(arguments: ["[]", "5", "null", #""text""#, "true"])
        func `for globals: what is no object`(globals: String) async throws {
            let engine = try await EngineDriver.start()
            let error = await expectRefusal("23514") { try await engine.enqueue("Flow", PQJSON(globals)) }
            #expect(error?.constraint == "operations_globals_are_an_object")
            try await expectNothingWritten()
        }

        @Test(arguments: [
            ("priority", "10", "operations_priority_is_0_to_9"),
            ("priority", "-1", "operations_priority_is_0_to_9"),
            ("queue", "'Upper'", "operations_queue_is_valid"), ("queue", "''", "operations_queue_is_valid"),
            ("key", "''", "operations_key_is_short"), ("key", "repeat('x', 501)", "operations_key_is_short"),
            // 500 characters of four bytes each would be too large for the index, beside a name of 200.
            ("key", "repeat('😀', 500)", "operations_key_is_short"),
            ("tags", "array['a', null]", "operations_tags_are_a_list"),
            ("tags", "'{{a,b},{c,d}}'", "operations_tags_are_a_list"),
            ("tags", "'[0:1]={a,b}'", "operations_tags_are_a_list"),
            ("step_limit", "0", "operations_step_limit_is_positive"),
            ("state", "'completed'", "operations_ended_or_active"),
            ("name", "''", "operations_name_is_valid"), ("name", "'a/b'", "operations_name_is_valid"),
            ("name", #"e'a\nb'"#, "operations_name_is_valid"),
            ("name", "repeat('x', 201)", "operations_name_is_valid"),
        ])
        func `for a column names the rule`(column: String, value: String, rule: String) async throws {
            let engine = try await EngineDriver.start()
            let columns = column == "name" ? ("name", value) : ("name, \(column)", "'Flow', \(value)")
            let error = await expectRefusal("23514") {
                try await engine.query(
                    SQLStatement(unescaped: "insert into operations (\(columns.0)) values (\(columns.1))")
                )
            }
            #expect(error?.constraint == rule)
            try await expectNothingWritten()
        }

        /// A document of arrays in each other: its object is the first level.
        private func nested(_ levels: Int, holding value: String = "") -> PQJSON {
            let arrays = levels - 1
            return PQJSON(
                #"{"a": "# + String(repeating: "[", count: arrays) + value
                    + String(repeating: "]", count: arrays) + "}"
            )
        }

        @Test func `for globals: what is nested deeper than a worker reads`() async throws {
            let engine = try await EngineDriver.start()
            let error = await expectRefusal("23514") { try await engine.enqueue("Flow", nested(513)) }
            #expect(error?.constraint == "operations_globals_are_at_most_512_deep")
            await expectRefusal("23514") { try await engine.enqueue("Flow", nested(2000)) }
            try await expectNothingWritten()
            // Compressed, as it comes from another table, such a document is small.
            try await engine.connection.script(
                "create temporary table documents (document jsonb); insert into documents values (('{\"a\": ' || repeat('[', 1000) || repeat(']', 1000) || '}')::jsonb)"
            )
            await expectRefusal("23514") {
                try await engine.query(
                    "insert into operations (name, globals) select 'Flow', document from documents"
                )
            }
            try await expectNothingWritten()
        }

        @Test(arguments: ["", "1", #""text""#]) func `not for what is nested as deep as a worker reads`(
            value: String
        )
            async throws
        {
            let engine = try await EngineDriver.start()
            try await engine.enqueue("Flow", nested(512, holding: value))
            let globals = try await engine.claimOne().globals
            #expect(try JSONValue(parsing: globals)["a"] != nil)
        }

        @Test func `in a patch that nests too deep fails that completion`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue()
            let job = try await engine.claimOne()
            await expectRefusal("23514") { try await engine.complete(job, set: nested(513)) }
            #expect(try await engine.fail(job) == "retrying")
        }

        @Test func `not for the longest name with the longest key`() async throws {
            let engine = try await EngineDriver.start()
            // Characters of which none is like another, so that the index cannot compress them.
            let text: (Int) -> String = { count in
                String((0..<count).map { Character(Unicode.Scalar(UInt32(0x20000 + $0 * 31))!) })
            }
            let (name, key) = (text(200), text(375))
            try await engine.query("insert into operations (name, key) values (\(name), \(key))")
            #expect(try await engine.value("select length(key) from operations", as: Int.self) == 375)
        }

        @Test func `such as a zero character is refused, wherever it stands`() async throws {
            let engine = try await EngineDriver.start()
            await expectRefusal("22P05") { try await engine.enqueue("Flow", #"{"a": "x\u0000y"}"#) }
            await expectRefusal("22P05") { try await engine.enqueue("Flow", #"{"a\u0000": 1}"#) }
            let plans = [
                #"{"main": ["A\u0000"]}"#, #"{"main\u0000": ["A"]}"#,
                #"{"main": [["A", {"queue": "\u0000"}]]}"#,
            ]
            for plan in plans {
                await expectRefusal("22P05") {
                    try await engine.query(
                        "insert into operations (name, branches) values ('Flow', \(plan)::json)"
                    )
                }
            }
            try await expectNothingWritten()
        }

        @Test func `such as a document of 10 MB is refused, at the enqueue and later`() async throws {
            let engine = try await EngineDriver.start()
            let document = PQJSON(#"{"a": "\#(String(repeating: "x", count: 10_000_000))"}"#)
            let error = await expectRefusal("23514") { try await engine.enqueue("Flow", document) }
            #expect(error?.constraint == "operations_globals_are_at_most_1_mib")
            try await expectNothingWritten()

            let id = try await engine.enqueue()
            let job = try await engine.claimOne()
            await expectRefusal("23514") { try await engine.complete(job, set: document) }
            await expectRefusal("23514") {
                try await engine.query("select set_global(\(id), 'a', \(document))")
            }
            #expect(try await engine.globals(id) == "{}")
            #expect(try await engine.complete(job).outcome == "advanced")
        }

        @Test(arguments: [
            "'; drop table operations; --", #""quoted" 'name'"#, "🚚 Ausliefern 日本語", "%s $1 {} \\",
        ])
        func `is none of these names and values, which come back as they went in`(text: String) async throws {
            let engine = try await EngineDriver.start(handlers: ["\(text)/\(text)", "\(text)/end"])
            try await engine.query(
                "select register_definition(\(text), json_build_object('main', json_build_array(\(text)), \(text), json_build_array('end')))"
            )
            let id: Int64 = try await engine.value(
                "select enqueue(\(text), jsonb_build_object(\(text), \(text)), key => \(text), tags => array[\(text)])"
            )
            #expect(
                try await engine.drain(jumps: ["main/\(text)": (text, "end")]) == [
                    "main/\(text)", "\(text)/end",
                ]
            )
            let row = try await engine.query(
                "select name, key, tags[1], globals ->> \(text) from operations where id = \(id)"
            )
            let back = try row[0].decode(as: String.self, String.self, String.self, String.self)
            #expect(back == (text, text, text, text))
        }

        @Test func `to a function that does not exist for such an operation says so`() async throws {
            let engine = try await EngineDriver.start()
            for call in [
                "retry(7)", "cancel(7)", "skip(7)", "jump(7, 'main')", "run_from(7, 'main')",
                "set_global(7, 'a', '1')",
            ] {
                let error = await expectRefusal("OP002") {
                    try await engine.query(SQLStatement(unescaped: "select \(call)"))
                }
                #expect(error?.message == "there is no operation 7")
            }
        }
    }
}
