import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `An approval` {
        @Test func `is pending until somebody decides, and no worker runs it`() async throws {
            let engine = try await EngineDriver.start(EngineDriver.approval(#", "as": "approval""#))
            let id = try await engine.enqueueToWait()
            #expect(try await engine.place(id) == "waiting main/ask")
            #expect(try await engine.approvals(id) == ["refund pending"])
            #expect(try await engine.drain().isEmpty)
            #expect(
                try await engine.decide(id, reason: "the goods are back") == "approved ann the goods are back"
            )
            #expect(try await engine.place(id) == "ready main/B")
            #expect(try await engine.drain() == ["main/B"])
            #expect(try await engine.state(id) == "completed")
            #expect(try await engine.outcomes(id) == ["ask approved ann"])
            #expect(try await engine.approvals(id) == ["refund approved ann"])
            let decision: String = try await engine.value(
                "select concat_ws(' ', g ->> 'decision', g ->> 'by', g ->> 'reason', g ->> 'at' ~ '^20.*Z$') from operations, jsonb(globals -> 'approval') as g"
            )
            #expect(decision == "approved ann the goods are back t")
        }

        @Test func `without a global for it changes no globals`() async throws {
            let engine = try await EngineDriver.start(EngineDriver.approval())
            let id = try await engine.enqueueToWait(#"{"a": 1}"#)
            try await engine.decide(id)
            #expect(try await engine.globals(id) == #"{"a": 1}"#)
        }

        @Test func `that is rejected fails the operation, unless told otherwise`() async throws {
            let engine = try await EngineDriver.start(EngineDriver.approval())
            let id = try await engine.enqueueToWait()
            try await engine.decide(id, "rejected", reason: "no receipt")
            #expect(try await engine.place(id) == "failed main/ask")
            #expect(try await engine.history(id) == ["ask 1.1 failed"])
            #expect(
                try await engine.value(
                    "select error_type || ': ' || error_message from operation_status",
                    as: String.self
                ) == #"Rejected: "ann" rejected "refund": no receipt"#
            )
            #expect(try await engine.value("select count(*) from failures", as: Int.self) == 1)
            #expect(try await engine.outcomes(id) == ["ask rejected ann"])
        }

        @Test func `that is rejected lets the operation go on where it is told so`() async throws {
            let engine = try await EngineDriver.start(
                EngineDriver.approval(#", "rejected": "go_on", "as": "approval""#)
            )
            let id = try await engine.enqueueToWait()
            try await engine.decide(id, "rejected")
            #expect(try await engine.drain() == ["main/B"])
            #expect(
                try await engine.value(
                    "select globals -> 'approval' ->> 'decision' from operations",
                    as: String.self
                ) == "rejected"
            )
            #expect(try await engine.outcomes(id) == ["ask rejected ann"])
        }

        @Test(arguments: [
            #", "rejected": {"branch": "late"}"#, #", "within": 60, "else": {"branch": "late"}"#,
        ])
        func `that is rejected goes to a branch, and then on in main`(options: String) async throws {
            let engine = try await EngineDriver.start(EngineDriver.approval(options))
            let id = try await engine.enqueueToWait()
            try await engine.decide(id, "rejected")
            #expect(try await engine.drain() == ["late/L", "main/B"])
            #expect(try await engine.state(id) == "completed")
        }

        // MARK: - Deadlines

        @Test func `that nobody decides fails the operation at its deadline`() async throws {
            let engine = try await EngineDriver.start(EngineDriver.approval(#", "within": "1 hour""#))
            let id = try await engine.enqueueToWait()
            try await engine.travel(by: "59 minutes")
            #expect(try await engine.claim().isEmpty)
            #expect(try await engine.place(id) == "waiting main/ask")
            try await engine.travel(by: "1 minute")
            #expect(try await engine.claim().isEmpty)
            #expect(try await engine.place(id) == "failed main/ask")
            #expect(try await engine.history(id) == ["ask 1.1 timed_out"])
            #expect(
                try await engine.value("select error_type from operation_status", as: String.self)
                    == "WaitTimedOut"
            )
            #expect(
                try await engine.value("select error_message from operation_status", as: String.self)
                    .hasPrefix(#"nobody decided the approval "refund" within"#)
            )
            #expect(try await engine.outcomes(id) == ["ask timed_out"])
            #expect(try await engine.approvals(id) == ["refund lapsed"])
        }

        @Test func `that nobody decides lets the operation go on where it is told so`() async throws {
            let engine = try await EngineDriver.start(
                EngineDriver.approval(#", "within": 60, "else": "go_on", "as": "approval""#)
            )
            let id = try await engine.enqueueToWait()
            try await engine.travel(by: "1 minute")
            #expect(try await engine.drain() == ["main/B"])
            #expect(try await engine.globals(id) == #"{"approval": {"timed_out": true}}"#)
            #expect(try await engine.outcomes(id) == ["ask timed_out"])
        }

        @Test func `asks anew after a retry, and the former one stays as history`() async throws {
            let engine = try await EngineDriver.start(EngineDriver.approval(#", "within": 60"#))
            let id = try await engine.enqueueToWait()
            try await engine.travel(by: "1 minute")
            #expect(try await engine.claim().isEmpty)
            try await engine.query("select retry(\(id))")
            #expect(try await engine.wait(id) == 60)
            try await engine.decide(id, "rejected")
            try await engine.query("select retry(\(id))")
            #expect(try await engine.outcomes(id) == ["ask waiting"])
            try await engine.decide(id, by: "bob")
            #expect(try await engine.drain() == ["main/B"])
            #expect(
                try await engine.approvals(id) == [
                    "refund lapsed", "refund rejected ann", "refund approved bob",
                ]
            )
            #expect(try await engine.history(id) == ["ask 1.1 timed_out", "ask 1.2 failed"])
            #expect(try await engine.outcomes(id) == ["ask approved bob"])
        }

        @Test func `that has no room in the globals cannot be decided, and fails when it lapses`()
            async throws
        {
            let engine = try await EngineDriver.start(
                EngineDriver.approval(#", "within": 60, "else": "go_on", "as": "approval""#)
            )
            let id = try await engine.enqueueToWait(
                PQJSON(#"{"big": "\#(String(repeating: "x", count: 1_048_540))"}"#)
            )
            let error = await expectRefusal("OP003") { try await engine.decide(id) }
            #expect(error?.hint?.contains("set_global(\(id)") == true)
            #expect(try await engine.approvals(id) == ["refund pending"])
            try await engine.travel(by: "1 minute")
            #expect(try await engine.claim().isEmpty)
            #expect(
                try await engine.value("select error_type from operation_status", as: String.self)
                    == "GlobalsTooLarge"
            )
            #expect(try await engine.approvals(id) == ["refund lapsed"])
            try await engine.query("select set_global(\(id), 'big', null), retry(\(id))")
            try await engine.decide(id)
            #expect(try await engine.drain() == ["main/B"])
        }

        // MARK: - Questions

        @Test(arguments: [
            ("Refund order {order}?", "Refund order 42?"),
            ("{name} asks: {text}", "Ann asks: {order}"),
            ("{list} and {none}, {order", "[1, 2] and {none}, {order"),
            ("}{order}} {{order}", "}42} {42"),
            ("{null}{flag}", "nulltrue"),
            ("{card} {order}", "[secret] 42"),
        ]) func `has a question with globals in it, and no secrets`(
            question: String,
            asked: String
        )
            async throws
        {
            let engine = try await EngineDriver.start(
                EngineDriver.approval(#", "question": "\#(question)""#)
            )
            try await engine.query("insert into secret_keys values ('Flow', 'card')")
            let id = try await engine.enqueueToWait(
                #"{"order": 42, "name": "Ann", "text": "{order}", "list": [1, 2], "null": null, "flag": true, "card": "4111"}"#
            )
            #expect(
                try await engine.value(
                    "select question from pending_approvals where operation_id = \(id)",
                    as: String.self
                ) == asked
            )
        }

        @Test func `has a question of 2000 characters at the most`() async throws {
            let engine = try await EngineDriver.start(
                EngineDriver.approval(#", "question": "{long}{long}""#)
            )
            _ = try await engine.enqueueToWait(
                PQJSON(#"{"long": "\#(String(repeating: "é", count: 1500))"}"#)
            )
            #expect(try await engine.value("select length(question) from approvals", as: Int.self) == 2000)
        }

        // MARK: - Reminders

        private static let reminding = EngineDriver.approval(
            #", "role": "finance", "question": "Refund {n}?", "within": 60, "remind": {"after": 20, "operation": "Remind"}"#
        )

        @Test func `reminds once, and goes on waiting`() async throws {
            let engine = try await EngineDriver.start(Self.reminding)
            try await engine.query(#"select register_definition('Remind', '{"main": ["A"]}')"#)
            try await engine.query("insert into approvers values ('finance', 'ann')")
            try await engine.travel(to: "2027-01-01Z")
            let id = try await engine.enqueueToWait(#"{"n": 7}"#)
            #expect(try await engine.wait(id) == 20)
            try await engine.travel(by: "20 seconds")
            for _ in 1...2 { _ = try await engine.value("select advance_waits()", as: Int.self) }
            #expect(try await engine.wait(id) == 40)
            let reminder = try #require(
                try await engine.query(
                    """
                    select r.tags = array['approval/' || p.id], (r.globals -> 'approval') - 'deadline',
                           (r.globals -> 'approval' ->> 'deadline')::timestamptz = p.deadline, p.reminded_at is not null
                      from operations r, approvals p where r.name = 'Remind'
                    """
                ).first
            )
            let (isKeyed, globals, hasDeadline, isReminded) = try reminder.decode(
                as: Bool.self,
                PQJSON.self,
                Bool.self,
                Bool.self
            )
            #expect(isKeyed && hasDeadline && isReminded)
            #expect(
                "\(globals)"
                    == #"{"key": null, "name": "refund", "role": "finance", "question": "Refund 7?", "operation": "Flow", "operation_id": \#(id)}"#
            )
            try await engine.travel(by: "40 seconds")
            #expect(try await engine.value("select advance_waits()", as: Int.self) == 1)
            #expect(try await engine.place(id) == "failed main/ask")
            #expect(
                try await engine.value("select count(*) from operations where name = 'Remind'", as: Int.self)
                    == 1
            )
        }

        @Test func `reminds in the claim of a worker that may not enqueue`() async throws {
            try await withRoles { connection in
                let engine = try await EngineDriver.start(Self.reminding)
                _ = try await engine.enqueueToWait()
                try await engine.query("update approvals set remind_at = clock_now() - interval '1 second'")
                try await engine.query("update jobs set run_at = clock_now() - interval '1 second'")
                try await connection.acting(as: "worker") {
                    let claimed = try await connection.query("select from claim(\(engine.worker), 1)")
                    #expect(claimed.isEmpty)
                }
                let count: Int = try await engine.value(
                    "select count(*) from operations where name = 'Remind'"
                )
                #expect(count == 1)
                #expect(try await engine.value("select count(*) from audit", as: Int.self) == 0)
            }
        }

        @Test func `does not remind of what was decided, or is over`() async throws {
            let engine = try await EngineDriver.start(Self.reminding)
            try await engine.query("insert into approvers values ('finance', 'ann')")
            let (decided, late) = (try await engine.enqueueToWait(), try await engine.enqueueToWait())
            try await engine.decide(decided)
            try await engine.travel(by: "1 minute")
            try await engine.query("select advance_waits()")
            #expect(try await engine.approvals(late) == ["refund lapsed"])
            #expect(
                try await engine.value("select count(*) from operations where name = 'Remind'", as: Int.self)
                    == 0
            )
        }

        @Test func `goes on waiting although its reminder cannot be enqueued, and the audit log says why`()
            async throws
        {
            let engine = try await EngineDriver.start(Self.reminding)
            try await engine.query(
                #"select register_definition('Remind', '{"main": [["R", {"perform_at_global": "approval"}]]}')"#
            )
            try await engine.travel(to: "2027-01-01Z")
            let id = try await engine.enqueueToWait()
            let other = try await engine.enqueue()
            try await engine.travel(by: "20 seconds")
            #expect(try await engine.claimOne().operation == other)
            #expect(try await engine.place(id) == "waiting main/ask")
            #expect(try await engine.wait(id) == 40)
            #expect(
                try await engine.value(
                    "select concat_ws(' ', action, details ->> 'name', details ->> 'operation', details ->> 'error' <> '') from audit",
                    as: String.self
                ) == "remind refund Remind t"
            )
        }
    }
}
