import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `Deciding an approval` {
        private func site(_ options: String = "") async throws -> (EngineDriver, Int64) {
            let engine = try await EngineDriver.start(EngineDriver.approval(options))
            return (engine, try await engine.enqueueToWait())
        }

        @Test func `is done once, and the second one learns of the first`() async throws {
            let (engine, id) = try await site()
            try await engine.decide(id, reason: "fine")
            for decision in ["approved", "rejected"] {
                let error = await expectRefusal("OP003") { try await engine.decide(id, decision, by: "bob") }
                let message = error?.message ?? ""
                #expect(
                    message.hasPrefix(
                        #"the approval "refund" of operation \#(id) was approved by "ann" at "#
                    )
                )
                #expect(message.hasSuffix(": fine"))
            }
            #expect(try await engine.approvals(id) == ["refund approved ann"])
            #expect(try await engine.value("select count(*) from audit", as: Int.self) == 1)
        }

        @Test func `is refused when it comes late, whether a worker has looked or not`() async throws {
            let (engine, id) = try await site(#", "within": 60"#)
            try await engine.travel(by: "1 minute")
            let early = await expectRefusal("OP003") { try await engine.decide(id) }
            #expect(early?.message.contains("was due by") == true)
            #expect(try await engine.approvals(id) == ["refund pending"])
            #expect(try await engine.claim().isEmpty)
            let late = await expectRefusal("OP003") { try await engine.decide(id) }
            #expect(late?.message.contains("has lapsed: it was due by") == true)
            #expect(late?.hint == "retry(\(id)) asks again.")
        }

        @Test func `is refused before the operation has asked`() async throws {
            let engine = try await EngineDriver.start(EngineDriver.approval())
            let id = try await engine.enqueue()
            let early = await expectRefusal("OP003") { try await engine.decide(id) }
            #expect(
                early?.message
                    == #"operation \#(id) has not asked for the approval "refund": it is at main/A"#
            )
            #expect(early?.hint?.contains("when it comes to main/ask") == true)
            let unknown = await expectRefusal("OP005") { try await engine.decide(id, name: "refunds") }
            #expect(unknown?.hint == #"It has "refund"."#)
            try await engine.query("select cancel(\(id))")
            let ended = await expectRefusal("OP003") { try await engine.decide(id) }
            #expect(ended?.message.hasSuffix("and is cancelled") == true)
        }

        @Test func `is refused when it was withdrawn`() async throws {
            let (engine, id) = try await site()
            try await engine.query("select cancel(\(id))")
            let error = await expectRefusal("OP003") { try await engine.decide(id) }
            #expect(error?.message.contains("was withdrawn at") == true)
        }

        @Test(arguments: [
            ("decide(7, 'refund', 'approved')", "OP002"),
            ("decide(null::bigint, 'refund', 'approved')", "OP002"),
            ("decide('Flow', 'k', 'refund', 'approved')", "OP002"),
            ("decide({id}, 'refund', 'perhaps')", "OP004"),
            ("decide({id}, 'refund', 'lapsed')", "OP004"),
            ("decide({id}, 'refund', null)", "OP004"),
            ("decide({id}, null, 'approved')", "OP005"),
            ("decide({id}, 'refund', 'approved', decided_by => '')", "OP004"),
            ("decide({id}, 'refund', 'approved', decided_by => repeat('x', 201))", "OP004"),
            ("decide({id}, 'refund', 'approved', decided_by => e'a\\nb')", "OP004"),
            ("extend(7, 'refund', now() + interval '1 hour')", "OP002"),
            ("extend({id}, 'refund', null)", "OP004"),
            ("extend({id}, 'refund', 'infinity')", "OP004"),
            ("extend({id}, 'refund', clock_now())", "OP004"),
            ("extend({id}, 'other', now() + interval '1 hour')", "OP005"),
            ("decide({id}, 'refund', 'approved', approval => 0)", "OP005"),
            ("extend({id}, 'refund', now() + interval '1 hour', approval => -1)", "OP005"),
            ("wake_up({id})", "OP003"),
        ]) func `refuses what makes no sense`(call: String, state: String) async throws {
            let (engine, id) = try await site()
            let error = await expectRefusal(state) {
                try await engine.query("select \(unescaped: call.replacing("{id}", with: "\(id)"))")
            }
            #expect(error?.message.isEmpty == false)
            #expect(try await engine.approvals(id) == ["refund pending"])
        }

        @Test func `finds the operation that has a key`() async throws {
            let engine = try await EngineDriver.start(EngineDriver.approval())
            let id: Int64 = try await engine.value("select enqueue('Flow', key => 'order-42')")
            try await engine.complete(engine.claimOne())
            try await engine.query(
                "select extend('Flow', 'order-42', 'refund', clock_now() + interval '1 hour', extended_by => 'ann')"
            )
            #expect(try await engine.wait(id) > 3000)
            #expect(
                try await engine.value(
                    "select decided_by from decide('Flow', 'order-42', 'refund', 'approved', 'fine', 'ann')",
                    as: String.self
                ) == "ann"
            )
            #expect(try await engine.approvals(id) == ["refund approved ann"])
        }

        @Test func `is by the role that is logged in, where nobody else is named`() async throws {
            let (engine, id) = try await site()
            try await engine.decide(id, by: nil)
            let isCaller: Bool = try await engine.value(
                "select decided_by = session_user and vouched_by = session_user from approvals"
            )
            #expect(isCaller)
        }

        @Test func `keeps the first 2000 characters of a reason`() async throws {
            let (engine, id) = try await site()
            try await engine.decide(id, reason: String(repeating: "é", count: 3000))
            #expect(try await engine.value("select length(reason) from approvals", as: Int.self) == 2000)
        }

        // MARK: - More time

        @Test func `has more time when somebody gives it`() async throws {
            let (engine, id) = try await site(#", "within": 60"#)
            try await engine.extend(id, by: "1 hour")
            try await engine.travel(by: "30 minutes")
            #expect(try await engine.claim().isEmpty)
            #expect(try await engine.place(id) == "waiting main/ask")
            try await engine.extend(id, by: "1 minute", as: "bob")
            try await engine.travel(by: "1 minute")
            #expect(try await engine.claim().isEmpty)
            #expect(try await engine.approvals(id) == ["refund lapsed"])
            #expect(
                try await engine.value("select error_message from operation_status", as: String.self)
                    == #"nobody decided the approval "refund" before its deadline"#
            )
        }

        @Test func `gets a deadline when it has none, and fails at it`() async throws {
            let (engine, id) = try await site()
            try await engine.extend(id, by: "1 hour")
            try await engine.travel(by: "1 hour")
            #expect(try await engine.claim().isEmpty)
            #expect(try await engine.place(id) == "failed main/ask")
        }

        @Test func `has no more time when it is over`() async throws {
            let (engine, id) = try await site(#", "within": 60"#)
            try await engine.travel(by: "1 minute")
            await expectRefusal("OP003") { try await engine.extend(id, by: "1 hour") }
        }

        @Test func `reminds as before when it has more time`() async throws {
            let engine = try await EngineDriver.start(
                EngineDriver.approval(#", "within": 60, "remind": {"after": 20, "operation": "Remind"}"#)
            )
            try await engine.travel(to: "2027-01-01Z")
            let id = try await engine.enqueueToWait()
            try await engine.extend(id, by: "1 hour")
            #expect(try await engine.wait(id) == 20)
            try await engine.travel(by: "20 seconds")
            try await engine.query("select advance_waits()")
            #expect(try await engine.wait(id) == 3580)
        }

        // MARK: - Who may

        @Test func `is for members of a database role, in their own name`() async throws {
            try await withApprovers { connection, role in
                let (engine, id) = try await site(#", "role": "\#(role)""#)
                try await engine.query("insert into approvers values (\(role), 'ann')")
                let decide: SQLStatement =
                    "select decided_by from decide(\(id), 'refund', 'approved', decided_by => 'ann')"
                try await connection.acting(as: "operator") {
                    let answers = try await mayDecide(connection)
                    #expect(answers == [false])
                    let error = await expectRefusal("42501") { try await connection.query(decide) }
                    #expect(error?.message.contains("\"ann\" may not decide the approval \"refund\"") == true)
                    #expect(
                        error?.hint
                            == "Members of the database role \"\(role)\" may, logged in as such; what approvers lists for it does not count."
                    )
                }
                #expect(try await engine.approvals(id) == ["refund pending"])
                try await connection.acting(as: "approver") {
                    #expect(try await mayDecide(connection) == [true])
                    let decided = try await connection.query(decide).map { try $0.decode(0, as: String.self) }
                    #expect(decided == ["ann"])
                    let vouched = try await connection.query("select vouched_by from approval_status").map {
                        try $0.decode(0, as: String.self)
                    }
                    #expect(vouched == ["\(TestDatabase.current.schema)_approver"])
                }
            }
        }

        @Test func `is for those that approvers lists, whoever calls`() async throws {
            try await withRoles { connection in
                let (engine, id) = try await site(#", "role": "finance desk""#)
                try await engine.query(
                    "insert into approvers values ('finance desk', 'ann'), ('finance desk', 'bob'), ('other', 'eve')"
                )
                try await connection.acting(as: "approver") {
                    for member in ["'eve'", "'Ann'", "null"] {
                        let error = await expectRefusal("42501") {
                            try await connection.query(
                                "select decide(\(id), 'refund', 'approved', null, \(unescaped: member))"
                            )
                        }
                        #expect(error?.hint == #"For "finance desk" may, as decided_by: "ann", "bob"."#)
                    }
                    let lists = [("'ann'", 1), ("'eve'", 0), ("session_user", 0)]
                    for (member, count) in lists {
                        let found = try await connection.query(
                            "select from pending_approvals where may_decide(role, \(unescaped: member)::text)"
                        )
                        #expect(found.count == count, "\(member)")
                    }
                    _ = try await connection.query("select decide(\(id), 'refund', 'rejected', null, 'bob')")
                }
                #expect(try await engine.approvals(id) == ["refund rejected bob"])
            }
        }

        @Test func `is for nobody where the role is not known, which is told`() async throws {
            let (engine, id) = try await site(#", "role": "nobody-knows""#)
            let error = await expectRefusal("42501") { try await engine.decide(id) }
            #expect(error?.hint?.hasPrefix("Nobody may: \"nobody-knows\" is neither") == true)
            #expect(error?.hint?.contains("approvers (role, member) VALUES ('nobody-knows'") == true)
            try await engine.query("insert into approvers values ('nobody-knows', 'ann')")
            try await engine.decide(id)
            #expect(try await engine.approvals(id) == ["refund approved ann"])
        }

        @Test func `may be given more time by operators, too`() async throws {
            try await withRoles { connection in
                let (engine, id) = try await site(#", "role": "nobody-knows", "within": 60"#)
                let extend: SQLStatement = "select extend(\(id), 'refund', clock_now() + interval '1 hour')"
                try await connection.acting(as: "approver") {
                    await expectRefusal("42501") { try await connection.query(extend) }
                }
                try await connection.acting(as: "operator") { _ = try await connection.query(extend) }
                #expect(try await engine.wait(id) > 3000)
            }
        }

        private func mayDecide(_ connection: PQConnection) async throws -> [Bool] {
            try await connection.query("select may_decide from pending_approvals").map { try $0.decode(0) }
        }

        /// Runs with a database role that the role approver is a member of.
        private func withApprovers(_ body: (PQConnection, String) async throws -> Void) async throws {
            try await withRoles { connection in
                let schema = TestDatabase.current.schema
                let role = "\(schema)_finance"
                try await connection.script("create role \(role); grant \(role) to \(schema)_approver")
                let outcome: Result<Void, any Error>
                do { outcome = .success(try await body(connection, role)) } catch {
                    outcome = .failure(error)
                }
                try await connection.script("reset session authorization; drop role \(role)")
                try outcome.get()
            }
        }
    }
}
