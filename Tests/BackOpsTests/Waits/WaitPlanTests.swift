import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A plan with waits` {
        private func register(_ options: String) async throws {
            try await TestDatabase.current.query(
                "select register_definition('Flow', \(#"{"main": [["W", \#(options)]], "late": ["L"]}"#)::json)"
            )
        }

        private func wait(_ options: String) async throws -> String {
            try await register(options)
            return try await TestDatabase.current.value(
                "select wait::text from definition_actions where name = 'W' order by definition_id desc limit 1"
            )
        }

        @Test(arguments: [
            (#"{"sleep": 90}"#, #"{"for": 90}"#), (#"{"sleep": 0}"#, #"{"for": 0}"#),
            (#"{"sleep": "2 hours"}"#, #"{"for": 7200}"#), (#"{"sleep": 0.5}"#, #"{"for": 0.5}"#),
            (#"{"sleep_until": "due_at"}"#, #"{"until": "due_at"}"#),
            (#"{"wait_for": "paid"}"#, #"{"signals": ["paid"]}"#),
            (
                #"{"wait_for": ["paid", "cancelled"], "timeout": "2 days"}"#,
                #"{"signals": ["paid", "cancelled"], "timeout": 172800, "on_timeout": "fail"}"#
            ),
            (
                #"{"wait_for": "paid", "timeout": 5, "on_timeout": "go_on", "as": "payment"}"#,
                #"{"as": "payment", "signals": ["paid"], "timeout": 5, "on_timeout": "go_on"}"#
            ),
            (
                #"{"wait_for": "paid", "timeout": 5, "on_timeout": {"branch": "late"}}"#,
                #"{"signals": ["paid"], "timeout": 5, "on_timeout": {"branch": "late"}}"#
            ),
            (
                #"{"wait_for": "paid", "timeout": null, "as": null}"#,
                #"{"signals": ["paid"]}"#
            ),
        ]) func `is read`(options: String, expected: String) async throws {
            #expect(try await wait(options) == expected)
        }

        @Test(arguments: [
            (#"{"sleep": 5, "max_attempts": 3}"#, "options that no such step has: \"max_attempts\""),
            (#"{"sleep": 5, "timeout": 5}"#, "options that no such step has: \"timeout\""),
            (#"{"wait_for": "a", "queue": "mail"}"#, "options that no such step has: \"queue\""),
            (#"{"wait_for": "a", "perform_in": 5}"#, "options that no such step has: \"perform_in\""),
            (#"{"sleep_until": "at", "as": "x"}"#, "options that no such step has: \"as\""),
            (#"{"sleep": 5, "wait_for": "a"}"#, "has sleep and wait_for: a step waits for one thing"),
            (#"{"sleep": 5, "sleep_until": "a"}"#, "has sleep and sleep_until: a step waits for one thing"),
            (#"{"sleep": -1}"#, "sleep is -1"), (#"{"sleep": "soon"}"#, "sleep is \"soon\""),
            (#"{"sleep": null}"#, "sleep is null"), (#"{"sleep": [5]}"#, "sleep is [5]"),
            (#"{"sleep": "101 years"}"#, "sleep is \"101 years\""), (#"{"sleep": 1e400}"#, "sleep is 1"),
            (#"{"sleep": "NaN"}"#, "sleep is \"NaN\""),
            (#"{"sleep_until": 5}"#, "sleep_until must name a global"),
            (#"{"sleep_until": ""}"#, "sleep_until must name a global"),
            (#"{"sleep_until": null}"#, "sleep_until must name a global"),
            (#"{"wait_for": []}"#, "wait_for must name signals"),
            (#"{"wait_for": null}"#, "wait_for must name signals"),
            (#"{"wait_for": ""}"#, "wait_for must name signals"),
            (#"{"wait_for": "a/b"}"#, "wait_for must name signals"),
            (#"{"wait_for": "a\nb"}"#, "wait_for must name signals"),
            (#"{"wait_for": ["a", 5]}"#, "wait_for must name signals"),
            (#"{"wait_for": ["a", "a"]}"#, "wait_for must name signals"),
            (#"{"wait_for": {"a": 1}}"#, "wait_for must name signals"),
            (#"{"wait_for": "a", "timeout": "later"}"#, "timeout is \"later\""),
            (#"{"wait_for": "a", "timeout": -5}"#, "timeout is -5"),
            (#"{"wait_for": "a", "timeout": true}"#, "timeout is true"),
            (#"{"wait_for": "a", "as": 5}"#, "as must name the global"),
            (#"{"wait_for": "a", "as": ""}"#, "as must name the global"),
            (#"{"wait_for": "a", "on_timeout": "go_on"}"#, "has on_timeout, but no timeout"),
            (#"{"wait_for": "a", "timeout": 5, "on_timeout": "stop"}"#, "on_timeout is \"stop\""),
            (
                #"{"wait_for": "a", "timeout": 5, "on_timeout": {"branch": 5}}"#,
                "on_timeout is {\"branch\": 5}"
            ),
            (
                #"{"wait_for": "a", "timeout": 5, "on_timeout": {"branch": "late", "x": 1}}"#,
                "on_timeout is {"
            ),
            (
                #"{"wait_for": "a", "timeout": 5, "on_timeout": {"branch": "never"}}"#,
                "a wait goes to branch \"never\" on its timeout, which is not there"
            ),
        ]) func `is refused with what is wrong`(options: String, message: String) async throws {
            let error = await expectRefusal("OP004") { try await register(options) }
            #expect(error?.message.contains(message) == true, "\(String(describing: error?.message))")
        }

        @Test func `names twenty signals at the most, of 200 characters`() async throws {
            let names = (1...21).map { "\"s\($0)\"" }
            try await register("{\"wait_for\": [\(names.dropLast().joined(separator: ", "))]}")
            await expectRefusal("OP004") {
                try await register("{\"wait_for\": [\(names.joined(separator: ", "))]}")
            }
            try await register("{\"wait_for\": \"\(String(repeating: "é", count: 200))\"}")
            await expectRefusal("OP004") {
                try await register("{\"wait_for\": \"\(String(repeating: "é", count: 201))\"}")
            }
        }

        @Test func `is registered once, and waits of other options are another version`() async throws {
            let count: SQLStatement = "select count(*) from definitions where name = 'Flow'"
            for _ in 1...2 { try await register(#"{"sleep": 5}"#) }
            #expect(try await TestDatabase.current.value(count, as: Int.self) == 1)
            try await register(#"{"sleep": 6}"#)
            #expect(try await TestDatabase.current.value(count, as: Int.self) == 2)
            try await register(#"{"sleep": "6 seconds"}"#)
            #expect(try await TestDatabase.current.value(count, as: Int.self) == 2)
        }

        @Test func `says in the refusal of an option which ones there are`() async throws {
            let error = await expectRefusal("OP004") { try await register(#"{"wait": 5}"#) }
            #expect(error?.hint?.contains("a step that waits has sleep, sleep_until or wait_for") == true)
        }

        @Test func `may come with an operation`() async throws {
            let engine = try await EngineDriver.start()
            let id: Int64 = try await engine.value(
                #"select enqueue('Own', branches => '{"main": [["W", {"wait_for": "go"}], "A"]}')"#
            )
            #expect(try await engine.place(id) == "waiting main/W")
            await expectRefusal("OP004") {
                try await engine.query(
                    #"select enqueue('Own', branches => '{"main": [["W", {"wait_for": "go", "timeout": 1, "on_timeout": {"branch": "x"}}]]}')"#
                )
            }
        }
    }
}
