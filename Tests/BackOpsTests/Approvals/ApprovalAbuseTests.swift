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

        @Test func `by a click on a question that was asked anew since`() async throws {
            let (engine, id) = try await site(#", "question": "Pay {cents}?""#, #"{"cents": 1}"#)
            let shown: Int64 = try await engine.value("select id from pending_approvals")
            try await engine.query("select set_global(\(id), 'cents', '900'), run_from(\(id), 'main', 'ask')")
            let now: Int64 = try await engine.value("select id from pending_approvals")
            for call in [
                "decide(\(id), 'refund', 'approved', approval => \(shown))",
                "extend(\(id), 'refund', clock_now() + interval '1 hour', approval => \(shown))",
            ] {
                let error = await expectRefusal("OP003") {
                    try await engine.query("select \(unescaped: call)")
                }
                #expect(
                    error?.message
                        == #"the approval "refund" of operation \#(id) was asked anew since \#(shown): number \#(now) is pending now"#
                )
            }
            #expect(try await engine.approvals(id) == ["refund withdrawn", "refund pending"])
            try await engine.decide(id, approval: now)
            #expect(try await engine.approvals(id) == ["refund withdrawn", "refund approved ann"])
        }

        @Test func `by a click that comes twice, where the next step has the same name`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": ["A", ["ask", {"approval": "refund"}], ["again", {"approval": "refund"}], "B"], "late": ["L"]}"#
            )
            let id = try await engine.enqueueToWait()
            let shown: Int64 = try await engine.value("select id from pending_approvals")
            try await engine.decide(id, approval: shown)
            let error = await expectRefusal("OP003") { try await engine.decide(id, approval: shown) }
            #expect(
                error?.message.hasSuffix(
                    "is asked by another step than \(shown) was: number \(shown + 1) of main/again is pending now"
                ) == true
            )
            try await engine.decide(id, "rejected", approval: shown + 1)
            for (number, words) in [
                (shown, #"was approved by "ann""#), (shown + 1, #"was rejected by "ann""#),
            ] {
                let error = await expectRefusal("OP003") { try await engine.decide(id, approval: number) }
                #expect(error?.message.contains(words) == true)
            }
        }

        @Test func `by a number of another operation, or another name`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": ["A", ["first", {"approval": "check"}], ["ask", {"approval": "refund"}], "B"]}"#
            )
            let (other, id) = (try await engine.enqueueToWait(), try await engine.enqueueToWait())
            for operation in [other, id] { try await engine.decide(operation, name: "check") }
            let numbers: [Int64] = try await engine.values(
                "select id from approval_status where operation_id <> \(id) or name <> 'refund'"
            )
            #expect(numbers.count == 3)
            for number in numbers {
                let error = await expectRefusal("OP005") { try await engine.decide(id, approval: number) }
                #expect(
                    error?.message == #"\#(number) is no number of the approval "refund" of operation \#(id)"#
                )
            }
            #expect(try await engine.approvals(id) == ["check approved ann", "refund pending"])
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
