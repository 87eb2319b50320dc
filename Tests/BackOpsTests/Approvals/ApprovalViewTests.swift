import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `What is seen of an approval` {
        private func site(
            _ options: String =
                #", "role": "finance", "question": "Refund?", "within": "1 hour", "else": {"branch": "late"}"#
        ) async throws -> (EngineDriver, Int64) {
            let engine = try await EngineDriver.start(EngineDriver.approval(options))
            try await engine.query("insert into approvers values ('finance', 'ann')")
            return (engine, try await engine.enqueueToWait())
        }

        private func explanations(
            _ engine: EngineDriver,
            _ id: Int64
        ) async throws -> [(reason: String, detail: String, advice: String)] {
            try await engine.query("select reason, detail, advice from explain(\(id))").map {
                try $0.decode(as: String.self, String.self, String.self)
            }
        }

        @Test func `is its place, its deadline and who decides`() async throws {
            let (engine, id) = try await site(
                #", "role": "finance", "within": 60, "else": "go_on", "remind": {"after": 20, "operation": "Remind"}"#
            )
            let (status, note, isDeadline) = try #require(
                try await engine.query(
                    """
                    select s.status, s.note, s.run_at = p.deadline and a.perform_at = p.deadline
                      from operation_status s join approvals p on p.operation_id = s.id
                      join action_status a on a.operation_id = s.id and a.name = 'ask'
                     where s.id = \(id)
                    """
                ).first
            ).decode(as: String.self, String.self, Bool.self)
            #expect(status == "waiting" && isDeadline)
            #expect(note.hasPrefix(#"waits for the approval "refund" by "finance" until "#))
            #expect(note.hasSuffix(", then goes on"))
            #expect(
                try await engine.values("select id from find_operations(state => 'waiting')", as: Int64.self)
                    == [id]
            )
        }

        @Test func `is in the inbox until it is decided`() async throws {
            let engine = try await EngineDriver.start(
                EngineDriver.approval(#", "role": "finance", "question": "Refund?""#)
            )
            try await engine.query("insert into approvers values ('finance', session_user)")
            let id: Int64 = try await engine.value("select enqueue('Flow', key => 'order-42')")
            try await engine.complete(engine.claimOne())
            let look: SQLStatement =
                "select concat_ws(' ', operation, key, name, role, question, deadline is null, reminded_at is null, may_decide) from pending_approvals where operation_id = \(id)"
            #expect(
                try await engine.values(look, as: String.self)
                    == ["Flow order-42 refund finance Refund? t t t"]
            )
            try await engine.decide(id, by: nil)
            #expect(try await engine.values(look, as: String.self).isEmpty)
            #expect(
                try await engine.value(
                    "select concat_ws(' ', operation, key, action, run, name, role, question, status, decided_at >= asked_at) from approval_status",
                    as: String.self
                ) == "Flow order-42 main/ask 1 refund finance Refund? approved t"
            )
        }

        @Test func `is explained`() async throws {
            let (engine, id) = try await site()
            let rows = try await explanations(engine, id)
            #expect(rows.map(\.reason) == ["waiting"])
            #expect(
                rows[0].detail.hasPrefix(#"main/ask waits for the approval "refund" by "finance" until "#)
            )
            #expect(
                rows[0].detail.hasSuffix(
                    #", then goes to branch "late"; Refund?; For "finance" may, as decided_by: "ann"."#
                )
            )
            #expect(rows[0].advice.contains("decide(\(id), 'refund', 'approved', decided_by => '…')"))
            let plan = #"{"main": [["ask", {"approval": "refund"}]]}"#
            let other: Int64 = try await engine.value(
                "insert into operations (name, branches) values ('Other', \(plan)::json) returning id"
            )
            let advice = try await explanations(engine, other)[0].advice
            #expect(advice.contains("decide(\(other), 'refund', 'approved')"))
            try await engine.travel(by: "2 hours")
            #expect(try await explanations(engine, id).map(\.reason) == ["wait_overdue"])
        }

        @Test func `is explained with its reminder`() async throws {
            let (engine, id) = try await site(#", "remind": {"after": 20, "operation": "Remind"}"#)
            try await engine.travel(by: "20 seconds")
            #expect(try await explanations(engine, id)[0].detail.contains("a reminder is due"))
            try await engine.query("select advance_waits()")
            #expect(try await explanations(engine, id)[0].detail.contains("it has reminded at"))
        }

        @Test func `is explained with its deadline, and not with the time of its reminder`() async throws {
            let (engine, id) = try await site(
                #", "within": 3600, "remind": {"after": 20, "operation": "Remind"}"#
            )
            func isDeadline(_ look: String) async throws -> [Bool] {
                try await engine.values(
                    "select \(unescaped: look) from approvals p where operation_id = \(id)"
                )
            }
            let ahead =
                "(select e.until = p.deadline and e.since = p.asked_at from explain(p.operation_id) as e)"
            #expect(try await isDeadline(ahead) == [true])
            try await engine.travel(by: "2 minutes")
            #expect(try await isDeadline(ahead) == [true])
            try await engine.travel(by: "2 hours")
            #expect(
                try await isDeadline("(select e.since = p.deadline from explain(p.operation_id) as e)") == [
                    true
                ]
            )
            #expect(
                try await isDeadline(
                    "(select s.since = p.deadline from stuck s where s.operation_id = p.operation_id)"
                )
                    == [true]
            )
        }

        @Test func `is explained, and stuck, where nobody can decide`() async throws {
            let (engine, id) = try await site()
            let look: SQLStatement = "select reason from stuck where operation_id = \(id)"
            #expect(try await engine.values(look, as: String.self).isEmpty)
            try await engine.query("delete from approvers")
            let rows = try await explanations(engine, id)
            #expect(rows.map(\.reason) == ["waiting", "nobody_decides"])
            #expect(
                rows[1].detail == #""finance" is neither a database role nor in approvers: nobody can decide"#
            )
            #expect(
                try await engine.values(look, as: String.self)
                    == [
                        #"nobody can decide its approval: "finance" is neither a database role nor in approvers"#
                    ]
            )
        }

        @Test func `is stuck when it is over, or its reminder, and nobody looks`() async throws {
            let (engine, id) = try await site(
                #", "within": 3600, "remind": {"after": 20, "operation": "Remind"}"#
            )
            let look: SQLStatement = "select reason from stuck where operation_id = \(id)"
            try await engine.travel(by: "2 minutes")
            #expect(
                try await engine.values(look, as: String.self)
                    == ["it is time to remind of its approval, and no worker has"]
            )
            try await engine.travel(by: "2 hours")
            #expect(
                try await engine.values(look, as: String.self)
                    == ["its wait is over, and no worker has let it go on"]
            )
        }

        @Test func `is drawn`() async throws {
            let (engine, id) = try await site()
            func drawing(_ id: Int64) async throws -> String {
                try await engine.values("select flow(\(id))", as: String.self).joined(separator: "\n")
            }
            #expect(try await drawing(id).contains("◇ ask by finance"))
            try await engine.decide(id)
            #expect(try await drawing(id).contains("✓ ask approved by ann"))
            #expect(try await engine.drain() == ["main/B"])
            let other = try await engine.enqueueToWait()
            try await engine.travel(by: "1 hour")
            _ = try await engine.claim()
            #expect(try await drawing(other).contains("✓ ask timed out"))
        }

        @Test func `is a line of the audit log for each decision and each extension`() async throws {
            let (engine, id) = try await site()
            try await engine.extend(id, by: "2 hours", as: "ann")
            try await engine.decide(id, "rejected", reason: "no receipt")
            #expect(
                try await engine.values(
                    "select concat_ws(' ', action, operation_ids, reason, who = session_user) from audit order by id",
                    as: String.self
                ) == ["extend {\(id)} a holiday t", "decide {\(id)} no receipt t"]
            )
            #expect(
                try await engine.value(
                    "select details::text from audit where action = 'decide'",
                    as: String.self
                ) == #"{"by": "ann", "name": "refund", "role": "finance", "decision": "rejected"}"#
            )
            #expect(
                try await engine.value(
                    "select (details - 'until' - 'before')::text || (details ?& '{until,before}') from audit where action = 'extend'",
                    as: String.self
                ) == #"{"by": "ann", "name": "refund", "role": "finance"}true"#
            )
        }

        @Test func `is seen by those who only look, and decided by approvers alone`() async throws {
            try await withRoles { connection in
                let (_, id) = try await site()
                for role in ["reader", "operator"] {
                    try await connection.acting(as: role) {
                        for look in [
                            "select note from operation_status", "select * from action_status",
                            "select * from approval_status", "select * from pending_approvals",
                            "select * from approvers", "select * from stuck", "select * from audit",
                            "select * from explain(\(id))", "select flow(\(id))",
                        ] {
                            _ = try await connection.query(SQLStatement(unescaped: look))
                        }
                        await expectRefusal("42501") { try await connection.query("select from approvals") }
                        await expectRefusal("42501") {
                            try await connection.query("insert into approvers values ('finance', 'eve')")
                        }
                    }
                }
                let decide: SQLStatement = "select decide(\(id), 'refund', 'approved', null, 'ann')"
                for role in ["reader", "enqueue", "worker"] {
                    try await connection.acting(as: role) {
                        await expectRefusal("42501") { try await connection.query(decide) }
                    }
                }
                try await connection.acting(as: "approver") {
                    for look in ["operations", "operation_status", "actions", "audit"] {
                        await expectRefusal("42501") {
                            try await connection.query("select from \(unescaped: look)")
                        }
                    }
                    _ = try await connection.query(decide)
                }
            }
        }
    }
}
