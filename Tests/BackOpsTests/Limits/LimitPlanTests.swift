import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A plan with limits` {
        private func register(_ branches: String, name: String = "Flow") async throws {
            try await TestDatabase.current.query("select register_definition(\(name), \(branches)::json)")
        }

        private func limits() async throws -> [String] {
            try await TestDatabase.current.query(
                "select name || ' ' || limits::text from definition_actions where limits is not null order by definition_id, position"
            ).map { try $0.decode(0, as: String.self) }
        }

        @Test func `stores those of its actions and its operation with every step that needs them`()
            async throws
        {
            try await register(
                #"""
                {"main": ["A", ["B", {"limit": {"name": "stripe", "max": 20, "by": null}}], ["W", {"sleep": 5}]],
                 "/limit": {"name": "orders", "by": "customer", "max": 1, "free_while_waiting": false}}
                """#
            )
            #expect(
                try await limits() == [
                    #"A {"operation": {"by": "customer", "max": 1, "name": "orders"}}"#,
                    #"B {"action": {"max": 20, "name": "stripe"}, "operation": {"by": "customer", "max": 1, "name": "orders"}}"#,
                    #"W {"operation": {"by": "customer", "max": 1, "name": "orders"}}"#,
                ]
            )
        }

        @Test(arguments: [
            ("5", "a limit must have a name"), ("[]", "a limit must have a name"),
            (#"{"max": 5}"#, "a limit must have a name"),
            (#""a/b""#, "a limit must have a name"), (#"{"name": ""}"#, "a limit must have a name"),
            (#"{"name": "x", "max": 0}"#, #"the limit "x" has the maximum 0"#),
            (#"{"name": "x", "max": 1.5}"#, #"the limit "x" has the maximum 1.5"#),
            (#"{"name": "x", "max": 2.0}"#, #"the limit "x" has the maximum 2.0"#),
            (#"{"name": "x", "max": "5"}"#, #"the limit "x" has the maximum 5"#),
            (#"{"name": "x", "max": 1000001}"#, #"the limit "x" has the maximum 1000001"#),
            (#"{"name": "x", "max": 5, "by": 5}"#, #""by" of the limit "x" must name a global"#),
            (#"{"name": "x", "max": 5, "by": ""}"#, #""by" of the limit "x" must name a global"#),
            (#"{"name": "x", "max": 5, "rate": 3}"#, #"the limit "x" has unknown options: "rate""#),
            (#""unheard_of""#, #"there is no limit "unheard_of" yet"#),
        ]) func `is refused with what is wrong, for an action and for the operation`(
            limit: String,
            message: String
        ) async throws {
            for plan in [
                #"{"main": [["A", {"limit": \#(limit)}]]}"#, #"{"main": ["A"], "/limit": \#(limit)}"#,
            ] {
                let error = await expectRefusal("OP004") { try await register(plan) }
                #expect(error?.message.contains(message) == true, "\(String(describing: error?.message))")
            }
        }

        @Test func `knows free_while_waiting for the operation only`() async throws {
            let limit = #"{"name": "x", "max": 5, "free_while_waiting": true}"#
            let error = await expectRefusal("OP004") {
                try await register(#"{"main": [["A", {"limit": \#(limit)}]]}"#)
            }
            #expect(error?.message.contains(#"unknown options: "free_while_waiting""#) == true)
            try await register(#"{"main": ["A"], "/limit": \#(limit)}"#)
            await expectRefusal("OP004") {
                try await register(#"{"main": ["A"], "/limit": {"name": "x", "free_while_waiting": 1}}"#)
            }
        }

        @Test func `cannot limit a step that waits`() async throws {
            await expectRefusal("OP004") {
                try await register(#"{"main": [["W", {"sleep": 5, "limit": {"name": "x", "max": 5}}]]}"#)
            }
        }

        @Test func `says what holds when it is registered last`() async throws {
            try await register(#"{"main": [["A", {"limit": {"name": "x", "max": 5}}]]}"#)
            try await register(#"{"main": [["A", {"limit": {"name": "x", "max": 7}}]]}"#)
            #expect(try await maximum() == 7)
            try await register(#"{"main": [["A", {"limit": "x"}]]}"#, name: "Other")
            #expect(try await maximum() == 7)
            await expectRefusal("OP004") {
                try await register(
                    #"{"main": [["A", {"limit": {"name": "x", "max": 1}}], ["B", {"limit": {"name": "x", "max": 2}}]]}"#
                )
            }
        }

        @Test func `that comes with an operation declares what nobody has declared`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.query(
                #"select enqueue('Own', branches => '{"main": [["A", {"limit": {"name": "x", "max": 2}}]]}') from generate_series(1, 3)"#
            )
            try await engine.query(
                #"select enqueue('Own', branches => '{"main": [["A", {"limit": {"name": "x", "max": 9}}]]}')"#
            )
            #expect(try await maximum() == 2)
            #expect(try await engine.claimed().count == 2)
            await expectRefusal("OP004") {
                try await engine.query(
                    #"select enqueue('Own', branches => '{"main": [["A", {"limit": "y"}]]}')"#
                )
            }
        }

        @Test func `keeps the fingerprint of one that has none`() async throws {
            try await register(#"{"main": ["A"]}"#)
            try await register(#"{"main": [["A", {"limit": null}]]}"#)
            try await register(#"{"main": ["A"], "/limit": null}"#)
            #expect(
                try await TestDatabase.current.value("select count(*) from definitions", as: Int.self) == 1
            )
        }

        private func maximum() async throws -> Int {
            try await TestDatabase.current.value("select maximum from limits where name = 'x'")
        }
    }
}
