import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A plan with rates` {
        private func register(_ rate: String, name: String = "Flow") async throws {
            try await TestDatabase.current.query(
                "select register_definition(\(name), \(#"{"main": [["A", {"rate": \#(rate)}]]}"#)::json)"
            )
        }

        @Test(arguments: [
            (
                #"{"name": "x", "count": 10, "per": "1 minute", "by": null}"#,
                #"{"rate": {"per": 60, "name": "x", "count": 10}}"#
            ),
            (
                #"{"name": "x", "count": 10, "per": 0.5, "burst": 3, "by": "customer", "weight": 2}"#,
                #"{"rate": {"by": "customer", "per": 0.5, "name": "x", "burst": 3, "count": 10, "weight": 2}}"#
            ),
        ]) func `is stored in seconds`(rate: String, stored: String) async throws {
            try await register(rate)
            #expect(
                try await TestDatabase.current.value(
                    "select limits::text from definition_actions",
                    as: String.self
                ) == stored
            )
        }

        @Test(arguments: [
            ("5", "a rate must have a name"), (#"{"count": 5, "per": 1}"#, "a rate must have a name"),
            (#""a/b""#, "a rate must have a name"),
            (#"{"name": "x", "count": 5}"#, #"the rate "x" has count without per"#),
            (#"{"name": "x", "per": 5}"#, #"the rate "x" has per without count"#),
            (#"{"name": "x", "burst": 5}"#, #"the rate "x" has burst without count"#),
            (#"{"name": "x", "count": 0, "per": 1}"#, #"count of the rate "x" is 0"#),
            (#"{"name": "x", "count": 1.5, "per": 1}"#, #"count of the rate "x" is 1.5"#),
            (#"{"name": "x", "count": 5.0, "per": 1}"#, #"count of the rate "x" is 5.0"#),
            (#"{"name": "x", "count": 5, "per": 1, "weight": 2.0}"#, #"weight of the rate "x" is 2.0"#),
            (#"{"name": "x", "count": 5, "per": 0}"#, #"per of the rate "x" is 0"#),
            (#"{"name": "x", "count": 5, "per": "soon"}"#, #"per of the rate "x" is soon"#),
            (#"{"name": "x", "count": 5, "per": 1, "burst": 0}"#, #"burst of the rate "x" is 0"#),
            (#"{"name": "x", "count": 5, "per": 1, "weight": -1}"#, #"weight of the rate "x" is -1"#),
            (#"{"name": "x", "count": 5, "per": 1, "by": 3}"#, #""by" of the rate "x" must name a global"#),
            (#"{"name": "x", "count": 5, "per": 1, "max": 3}"#, #"the rate "x" has unknown options: "max""#),
            (#""unheard_of""#, #"there is no rate "unheard_of" yet"#),
        ]) func `is refused with what is wrong`(rate: String, message: String) async throws {
            let error = await expectRefusal("OP004") { try await register(rate) }
            #expect(error?.message.contains(message) == true, "\(String(describing: error?.message))")
        }

        @Test func `is refused with two counts for a rate`() async throws {
            await expectRefusal("OP004") {
                try await TestDatabase.current.query(
                    #"""
                    select register_definition('Flow', '{"main": [["A", {"rate": {"name": "x", "count": 1, "per": 1}}],
                                                                   ["B", {"rate": {"name": "x", "count": 2, "per": 1}}]]}')
                    """#
                )
            }
        }

        @Test func `says what holds when it is registered last, until somebody sets it`() async throws {
            func rate() async throws -> String {
                try await TestDatabase.current.value(
                    "select concat_ws(' ', count, per, burst, declared_count) from rates"
                )
            }
            try await register(#"{"name": "x", "count": 10, "per": 1}"#)
            try await register(#"{"name": "x", "count": 20, "per": 2, "burst": 4}"#)
            #expect(try await rate() == "20 2 4 20")
            try await register(#""x""#, name: "Other")
            try await TestDatabase.current.query("select set_rate('x', 5, '1 minute')")
            try await register(#"{"name": "x", "count": 30, "per": 1}"#)
            #expect(try await rate() == "5 60 1 30")
            try await TestDatabase.current.query("select reset_rate('x')")
            #expect(try await rate() == "30 1 1 30")
        }
    }
}
