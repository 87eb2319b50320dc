import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A plan with an approval` {
        private func register(_ options: String) async throws {
            try await TestDatabase.current.query(
                "select register_definition('Flow', \(#"{"main": [["W", \#(options)], "A"], "late": ["L"]}"#)::json)"
            )
        }

        private func wait() async throws -> String {
            try await TestDatabase.current.value("select wait::text from definition_actions where name = 'W'")
        }

        @Test(arguments: [
            (#"{"approval": "refund"}"#, #"{"approval": "refund", "on_rejected": "fail"}"#),
            (
                #"{"approval": "refund", "within": null, "else": null, "rejected": null, "as": null, "remind": null}"#,
                #"{"approval": "refund", "on_rejected": "fail"}"#
            ),
            (
                #"{"approval": "refund", "role": "finance", "question": "Refund {n}?", "rejected": "go_on"}"#,
                #"{"role": "finance", "approval": "refund", "question": "Refund {n}?", "on_rejected": "go_on"}"#
            ),
            (
                #"{"approval": "r", "within": "2 hours"}"#,
                #"{"timeout": 7200, "approval": "r", "on_timeout": "fail", "on_rejected": "fail"}"#
            ),
            (
                #"{"approval": "r", "within": 60, "else": {"branch": "late"}, "as": "g"}"#,
                #"{"as": "g", "timeout": 60, "approval": "r", "on_timeout": {"branch": "late"}, "on_rejected": {"branch": "late"}}"#
            ),
            (
                #"{"approval": "r", "within": 60, "else": "go_on", "rejected": "fail"}"#,
                #"{"timeout": 60, "approval": "r", "on_timeout": "go_on", "on_rejected": "fail"}"#
            ),
            (
                #"{"approval": "r", "remind": {"after": "1 minute", "operation": "Remind"}}"#,
                #"{"remind": {"after": 60, "operation": "Remind"}, "approval": "r", "on_rejected": "fail"}"#
            ),
        ]) func `is stored with what it leaves out`(options: String, stored: String) async throws {
            try await register(options)
            #expect(try await wait() == stored)
        }

        @Test(arguments: [
            (#"{"approval": null}"#, "approval must name what is approved"),
            (#"{"approval": 5}"#, "approval must name what is approved"),
            (#"{"approval": ""}"#, "approval must name what is approved"),
            (#"{"approval": "a/b"}"#, "approval must name what is approved"),
            (#"{"approval": ["a", "b"]}"#, "approval must name what is approved"),
            (#"{"approval": "a", "wait_for": "b"}"#, "has approval and wait_for: a step waits for one thing"),
            (#"{"approval": "a", "timeout": 5}"#, "has options that no such step has: \"timeout\""),
            (#"{"approval": "a", "queue": "mail"}"#, "has options that no such step has: \"queue\""),
            (#"{"approval": "a", "role": 5}"#, "role must name who decides"),
            (#"{"approval": "a", "role": ""}"#, "role must name who decides"),
            (#"{"approval": "a", "role": null}"#, "role must name who decides"),
            (#"{"approval": "a", "question": ""}"#, "question must be text"),
            (#"{"approval": "a", "question": {}}"#, "question must be text"),
            (#"{"approval": "a", "within": "soon"}"#, "within is \"soon\""),
            (#"{"approval": "a", "within": -1}"#, "within is -1"),
            (#"{"approval": "a", "within": true}"#, "within is true"),
            (#"{"approval": "a", "else": "go_on"}"#, "has else, but no within"),
            (#"{"approval": "a", "within": 5, "else": "stop"}"#, "else is \"stop\""),
            (#"{"approval": "a", "rejected": {"branch": 5}}"#, "rejected is {\"branch\": 5}"),
            (#"{"approval": "a", "rejected": {"branch": "late", "x": 1}}"#, "rejected is {"),
            (#"{"approval": "a", "rejected": 5}"#, "rejected is 5"),
            (#"{"approval": "a", "as": ""}"#, "as must name the global"),
            (#"{"approval": "a", "remind": 5}"#, "remind is 5"),
            (#"{"approval": "a", "remind": {"after": 5}}"#, "remind is {"),
            (#"{"approval": "a", "remind": {"operation": "R"}}"#, "remind is {"),
            (#"{"approval": "a", "remind": {"after": 0, "operation": "R"}}"#, "remind is {"),
            (#"{"approval": "a", "remind": {"after": 5, "operation": "a/b"}}"#, "remind is {"),
            (#"{"approval": "a", "remind": {"after": 5, "operation": "R", "x": 1}}"#, "remind is {"),
            (
                #"{"approval": "a", "within": 60, "remind": {"after": 60, "operation": "R"}}"#,
                "would remind when it is over"
            ),
            (
                #"{"approval": "a", "within": 5, "else": {"branch": "never"}, "rejected": "fail"}"#,
                "a wait goes to branch \"never\" on its timeout, which is not there"
            ),
            (
                #"{"approval": "a", "rejected": {"branch": "never"}}"#,
                "an approval goes to branch \"never\" when it is rejected, which is not there"
            ),
        ]) func `is refused with what is wrong`(options: String, message: String) async throws {
            let error = await expectRefusal("OP004") { try await register(options) }
            #expect(error?.message.contains(message) == true, "\(String(describing: error?.message))")
        }

        @Test func `may come with an operation, and be its first step`() async throws {
            let engine = try await EngineDriver.start()
            let ids: [Int64] = try await engine.values(
                #"""
                select enqueue('Own', jsonb_build_object('n', n), branches => '{"main": [["W", {"approval": "go", "question": "Number {n}?"}], "A"]}')
                  from generate_series(1, 2) as n
                """#
            )
            for id in ids { #expect(try await engine.place(id) == "waiting main/W") }
            #expect(
                try await engine.values("select question from pending_approvals order by id", as: String.self)
                    == ["Number 1?", "Number 2?"]
            )
            try await engine.decide(ids[0], name: "go")
            #expect(try await engine.drain() == ["main/A"])
        }

        @Test func `may be the first step of many, and of what was parked`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.query("insert into operations (name) values ('Later')")
            let plan = #"{"main": [["W", {"approval": "go"}], "A"]}"#
            try await engine.query("select register_definition('Later', \(plan)::json)")
            try await engine.query("select enqueue_many('Later', array['{}', '{}']::jsonb[])")
            #expect(try await engine.value("select count(*) from pending_approvals", as: Int.self) == 3)
        }

        @Test func `asks when its time has come, where the operation begins later`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": [["W", {"approval": "go", "within": 60}], "A"]}"#
            )
            let id: Int64 = try await engine.value("select enqueue('Flow', perform_in => '1 day')")
            #expect(try await engine.place(id) == "scheduled main/W")
            #expect(try await engine.approvals(id).isEmpty)
            try await engine.travel(by: "1 day")
            #expect(try await engine.claim().isEmpty)
            #expect(try await engine.approvals(id) == ["go pending"])
            #expect(try await engine.wait(id) == 60)
        }
    }
}
