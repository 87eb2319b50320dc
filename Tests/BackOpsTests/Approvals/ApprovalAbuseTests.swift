import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `An approval cannot be got around` {
        private func site(
            _ options: String = "",
            _ globals: String = "{}"
        ) async throws -> (EngineDriver, Int64) {
            let engine = try await EngineDriver.start(EngineDriver.approval(options))
            return (engine, try await engine.enqueueToWait(PQJSON(globals)))
        }

        @Test func `by an approver who moves the clock`() async throws {
            try await withRoles { connection in
                let (engine, id) = try await site(#", "within": "1 hour""#)
                try await engine.query(
                    "update approvals set deadline = clock_now() - interval '1 second'"
                )
                try await engine.query("update jobs set run_at = clock_now() - interval '1 second'")
                try await connection.acting(as: "approver") {
                    try await connection.script("set backops.now = '2020-01-01Z'")
                    for call in [
                        "decide(\(id), 'refund', 'approved')", "extend(\(id), 'refund', '2020-01-02Z')",
                    ] {
                        let error = await expectRefusal("42501") {
                            try await connection.query("select \(unescaped: call)")
                        }
                        #expect(error?.hint == #"RESET "backops.now"."#)
                    }
                    try await connection.script("reset backops.now")
                }
                #expect(try await engine.approvals(id) == ["refund pending"])
                try await engine.query("select advance_waits()")
                #expect(try await engine.approvals(id) == ["refund lapsed"])
            }
        }

        @Test func `by a key that its reminder might have`() async throws {
            let engine = try await EngineDriver.start(
                EngineDriver.approval(#", "remind": {"after": 20, "operation": "Remind"}"#)
            )
            try await engine.travel(to: "2027-01-01Z")
            _ = try await engine.enqueueToWait()
            try await engine.query(
                "insert into operations (name, key) select 'Remind', 'approval/' || id from approvals"
            )
            try await engine.travel(by: "20 seconds")
            try await engine.query("select advance_waits()")
            let reminders: [String] = try await engine.values(
                "select globals -> 'approval' ->> 'name' from operations where name = 'Remind' and key is null"
            )
            #expect(reminders == ["refund"])
        }

        @Test func `by what was decided before about another question`() async throws {
            let (engine, id) = try await site(#", "as": "answer""#)
            try await engine.decide(id)
            #expect(try await engine.value("select globals ? 'answer' from operations", as: Bool.self))
            try await engine.query("select run_from(\(id), 'main', 'ask')")
            #expect(
                try await engine.value("select globals ? 'answer' from operations", as: Bool.self) == false
            )
            try await engine.decide(id, "rejected")
            try await engine.query("select retry(\(id)), skip(\(id))")
            #expect(
                try await engine.value("select globals ? 'answer' from operations", as: Bool.self) == false
            )
        }

        @Test func `by a plan whose role has no value`() async throws {
            let error = await expectRefusal("OP004") {
                try await EngineDriver.start(EngineDriver.approval(#", "role": null"#))
            }
            #expect(error?.message.contains("role must name who decides") == true)
        }

        @Test func `by a reason that tells a secret`() async throws {
            let (engine, id) = try await site("", #"{"token": "sesame-open"}"#)
            try await engine.query("insert into secret_keys values ('Flow', 'token')")
            try await engine.decide(id, "rejected", reason: "sesame-open is leaked")
            let stored: [String] = try await engine.values(
                """
                select reason from approvals union all select reason from audit_log where action = 'decide'
                union all select error_message from attempts where ends_operation
                """
            )
            #expect(stored.count == 3)
            #expect(!stored.contains { $0.contains("sesame") }, "\(stored)")
        }

        @Test func `by somebody who may not decide at all, and is told so`() async throws {
            try await withRoles { connection in
                _ = try await site()
                for (role, mayDecide) in [("reader", false), ("approver", true), ("operator", true)] {
                    try await connection.acting(as: role) {
                        let answers: [Bool] = try await connection.query(
                            "select may_decide from pending_approvals"
                        ).map { try $0.decode(0) }
                        #expect(answers == [mayDecide], "\(role)")
                    }
                }
            }
        }
    }
}
