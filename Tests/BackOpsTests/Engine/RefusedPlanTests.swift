import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A plan is refused` {
        /// Whether it comes with an INSERT or from a worker, and nothing is written.
        private func refused(_ branches: String) async throws -> PQError? {
            let engine = try await EngineDriver.start(handlers: ["/A"])
            let error = await expectRefusal("OP004") {
                try await engine.query(
                    "insert into operations (name, branches) values ('Flow', \(branches)::json)"
                )
            }
            await expectRefusal("OP004") {
                try await engine.query("select register_definition('Flow', \(branches)::json)")
            }
            let written = """
                select (select count(*) from operations) + (select count(*) from definitions) + (select count(*) from jobs)
                     + (select count(*) from actions) + (select count(*) from definition_actions)
                """ as SQLStatement
            #expect(try await engine.value(written, as: Int.self) == 0)
            return error
        }

        @Test(arguments: [
            ("{}", "branches has no actions"),
            (#"{"main": []}"#, #"branch "main" has no actions"#),
            (#"{"main": ["A"], "side": []}"#, #"branch "side" has no actions"#),
            (#"{"side": ["A"]}"#, #"there is no branch "main", where an operation starts"#),
            (#"{"main": ["A"], "main": ["B"]}"#, #"branch "main" is given twice"#),
            ("[]", "branches must be a JSON object"),
            ("5", "branches must be a JSON object"),
            ("null", "branches must be a JSON object"),
            (#"{"main": "A"}"#, #"branch "main" has no actions"#),
            (#"{"main": null}"#, #"branch "main" has no actions"#),
        ])
        func `without actions to start with`(branches: String, message: String) async throws {
            #expect(try await refused(branches)?.message == message)
        }

        @Test(arguments: [
            "5", "null", "{}", "[]", #"["A", 5]"#, #"["A", {}, {}]"#, #"[{"A": {}}]"#, #""""#, #""a/b""#,
            #""a\nb""#,
        ])
        func `for what is not an action`(action: String) async throws {
            let error = try await refused(#"{"main": ["A", \#(action)]}"#)
            #expect(error?.message == #"action 2 of branch "main" is not the name of an action"#)
        }

        @Test func `for a name that is too long`() async throws {
            let long = String(repeating: "x", count: 201)
            #expect(
                try await refused(#"{"main": ["\#(long)"]}"#)?.hint?.contains("1 to 200 characters") == true
            )
            #expect(
                try await refused(#"{"main": ["A"], "\#(long)": ["A"]}"#)?.message.hasSuffix(
                    "is no name of a branch"
                ) == true
            )
        }

        @Test func `for an option that it does not know, which is named`() async throws {
            let error = try await refused(#"{"main": [["A", {"preform_at": "2030-01-01"}]]}"#)
            #expect(error?.message == #"action 1 of branch "main" ("A") has an unknown option: "preform_at""#)
            #expect(error?.hint?.contains("perform_at") == true)
        }

        @Test(arguments: [
            #""perform_at": "soon""#, #""perform_at": 5"#, #""perform_at": "infinity""#,
            #""perform_at": "-infinity""#,
            #""perform_in": "a while""#, #""perform_in": -1"#, #""perform_in": 1e300"#, #""perform_in": {}"#,
            #""max_attempts": 0"#, #""max_attempts": 1001"#, #""max_attempts": 2.5"#,
            #""max_attempts": "many""#,
            #""timeout": 0"#, #""timeout": "-1 s""#, #""timeout": []"#,
            #""queue": """#, #""queue": "With Space""#, #""queue": {}"#,
            #""backoff": 5"#, #""backoff": []"#, #""backoff": "constant""#, #""backoff": {"kind": "linear"}"#,
            #""backoff": {"base": -1}"#, #""backoff": {"factor": 0.5}"#, #""backoff": {"jitter": 2}"#,
            #""backoff": {"max": 0}"#,
            #""backoff": {"base": "fast"}"#, #""backoff": {"delay": 5}"#, #""backoff": {"base": "NaN"}"#,
        ])
        func `for an option that cannot be used`(option: String) async throws {
            let error = try await refused(#"{"main": [["A", {\#(option)}]]}"#)
            #expect(error?.message.hasPrefix(#"action 1 of branch "main" ("A")"#) == true)
        }

        @Test(arguments: [
            #""perform_at": null"#, #""perform_in": 0"#, #""max_attempts": 1000"#, #""timeout": 0.5"#,
            #""timeout": "2 days""#,
            #""queue": "slow.2_x-y""#, #""backoff": null"#, #""backoff": {}"#,
            #""backoff": {"kind": "constant", "base": 60}"#,
            #""may_jump": ["side"]"#, #""perform_at_global": "deliver_at""#,
        ])
        func `not for an option that is fine`(option: String) async throws {
            let engine = try await EngineDriver.start(
                #"{"main": [["A", {\#(option)}]]}"#,
                queues: ["default", "slow.2_x-y"]
            )
            try await engine.enqueue()
            #expect(try await engine.drain() == ["main/A"])
        }
    }

    @Suite struct `A registered plan` {
        @Test func `has one version, whoever registers it and from wherever`() async throws {
            let plan =
                #"{"main": [["A", {"perform_at": "2030-01-01T00:00:00Z", "timeout": "1 day 2 hours"}]]}"#
            let engine = try await EngineDriver.start(plan)
            try await engine.connection.script(
                "set timezone = 'Asia/Tokyo'; set intervalstyle = 'iso_8601'; set datestyle = 'German'"
            )
            try await engine.query("select register_definition('Flow', \(plan)::json)")
            #expect(try await engine.value("select count(*) from definitions", as: Int.self) == 1)
        }

        @Test func `that comes back becomes the current one again`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A"]}"#)
            let first: Int64 = try await engine.value("select id from definitions where current")
            try await engine.query(#"select register_definition('Flow', '{"main": ["A", "B"]}')"#)
            #expect(
                try await engine.value("select id from definitions where current", as: Int64.self) != first
            )
            try await engine.query(#"select register_definition('Flow', '{"main": ["A"]}')"#)
            #expect(
                try await engine.value("select id from definitions where current", as: Int64.self) == first
            )
            #expect(try await engine.value("select count(*) from definitions", as: Int.self) == 2)
        }

        @Test(arguments: ["", "a/b", "a\tb"]) func `needs a name`(name: String) async throws {
            let engine = try await EngineDriver.start()
            await expectRefusal("OP004") {
                try await engine.query(#"select register_definition(\#(name), '{"main": ["A"]}')"#)
            }
        }
    }
}
