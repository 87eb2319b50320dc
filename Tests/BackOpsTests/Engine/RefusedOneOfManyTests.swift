import BackOps
import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    /// Thousands may come in one statement: a refusal says which of them is at fault.
    @Suite struct `One of many operations that is refused` {
        private func expectNothingWritten(_ engine: EngineDriver) async throws {
            let rows =
                "select (select count(*) from operations) + (select count(*) from jobs) + (select count(*) from actions)"
            #expect(try await engine.value(SQLStatement(unescaped: rows), as: Int.self) == 0)
        }

        @Test func `for its plan is named by number, name and key`() async throws {
            let engine = try await EngineDriver.start()
            let error = await expectRefusal("OP004") {
                try await engine.query(
                    """
                    insert into operations (name, key, branches) values
                      ('Import', 'a', '{"main": ["A"]}'), ('Export', 'b', '{"main": []}'), ('Import', null, '{"main": ["A"]}')
                    """
                )
            }
            #expect(error?.message == #"operation 2 of 3 ("Export", key "b"): branch "main" has no actions"#)
            try await expectNothingWritten(engine)
        }

        @Test(arguments: [
            (
                #"{"main": [["A", {"queue": "No"}]]}"#,
                #"action 1 of branch "main" ("A"): "No" is no name of a queue"#
            ),
            (#"{"side": ["A"]}"#, #"there is no branch "main", where an operation starts"#),
            ("5", "branches must be a JSON object"),
        ])
        func `for whatever is wrong with its plan`(plan: String, problem: String) async throws {
            let engine = try await EngineDriver.start()
            let error = await expectRefusal("OP004") {
                try await engine.query(
                    """
                    insert into operations (name, branches) values ('Flow', null), ('Own', '{"main": ["A"]}'), ('Own', \(plan)::json)
                    """
                )
            }
            #expect(error?.message == #"operation 3 of 3 ("Own"): "# + problem)
            try await expectNothingWritten(engine)
        }

        @Test func `for the time of its first action is named, with a registered plan and with its own`()
            async throws
        {
            let plan = #"{"main": [["A", {"perform_at_global": "at"}]]}"#
            let engine = try await EngineDriver.start(plan)
            let values: [(columns: String, plan: String)] = [
                ("name, key, globals", ""), ("name, key, globals, branches", ", '\(plan)'"),
            ]
            for (columns, plan) in values {
                let error = await expectRefusal("OP007") {
                    try await engine.query(
                        SQLStatement(
                            unescaped: """
                                insert into operations (\(columns)) values
                                  ('Flow', 'a', '{"at": "2030-01-01"}'\(plan)), ('Flow', 'b', '{"at": "soon"}'\(plan))
                                """
                        )
                    )
                }
                #expect(
                    error?.message.hasPrefix(#"operation 2 of 2 ("Flow", key "b"): the global "at""#) == true
                )
            }
            try await expectNothingWritten(engine)
        }

        @Test(arguments: [
            (
                "array['{}','[]','{}']::jsonb[]", "null",
                "operation 2 of 3 has globals that are not a JSON object but of type array",
                BackOpsError.Code.invalidGlobals
            ),
            (
                "array['{}','{}',null]::jsonb[]", "null",
                "operation 3 of 3 has no globals: null is no document", BackOpsError.Code.invalidGlobals
            ),
            (
                "array['{}','{}']::jsonb[]", "array['a','']", "operation 2 of 2 has an empty key",
                BackOpsError.Code.invalidArgument
            ),
            (
                #"array['{}', jsonb_build_object('a', repeat('x', 2000000))]"#, "array[null, 'big']",
                #"operation 2 of 2 (key "big") has globals of 2000017 bytes, more than 1 MiB"#,
                BackOpsError.Code.limitExceeded
            ),
        ])
        func `by enqueue_many is named by its number`(
            globals: String,
            keys: String,
            message: String,
            code: BackOpsError.Code
        ) async throws {
            let engine = try await EngineDriver.start()
            let error = await expectRefusal("23514") {
                try await engine.query(
                    SQLStatement(unescaped: "select * from enqueue_many('Flow', \(globals), \(keys))")
                )
            }
            #expect(error?.message == message)
            // As an INSERT of that one alone.
            let refused = error.map { BackOpsError(refusing: $0) }
            #expect(refused?.code == code)
            #expect(refused?.message.hasPrefix("O\(message.dropFirst()). None of them was enqueued.") == true)
            try await expectNothingWritten(engine)
        }

        @Test func `by enqueue_many for its times is named, however the keys are sorted`() async throws {
            let engine = try await EngineDriver.start(#"{"main": [["A", {"perform_at_global": "at"}]]}"#)
            let globals = #"array['{"at": "2030-01-01"}', '{"at": "soon"}']::jsonb[]"#
            for keys in ["null", "array['z', 'a']"] {
                let error = await expectRefusal("OP007") {
                    try await engine.query(
                        SQLStatement(unescaped: "select * from enqueue_many('Flow', \(globals), \(keys))")
                    )
                }
                #expect(error?.message.hasPrefix("operation 2 of 2") == true)
                #expect(error?.message.contains(#"has no time in the global "at""#) == true)
            }
            let error = await expectRefusal("23514") {
                try await engine.query(
                    "select * from enqueue_many('Flow', array['{}','{}']::jsonb[], times => '{now,infinity}')"
                )
            }
            #expect(error?.message == "operation 2 of 2 has the time infinity, which cannot be waited for")
            try await expectNothingWritten(engine)
        }

        @Test func `alone is refused without a number`() async throws {
            let engine = try await EngineDriver.start()
            let error = await expectRefusal("OP004") {
                try await engine.query(
                    #"insert into operations (name, branches) values ('Own', '{"main": []}')"#
                )
            }
            #expect(error?.message == #"branch "main" has no actions"#)
        }
    }
}
