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
            ("key", "''", "operations_key_is_short"),
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
