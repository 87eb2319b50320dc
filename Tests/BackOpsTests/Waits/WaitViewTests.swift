import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `What is seen of a wait` {
        private static let plan = EngineDriver.decision(
            #", "timeout": "1 hour", "on_timeout": {"branch": "late"}"#
        )

        private func site(_ plan: String = plan) async throws -> (EngineDriver, Int64) {
            let engine = try await EngineDriver.start(plan)
            return (engine, try await engine.enqueueToWait())
        }

        private func explanation(
            _ engine: EngineDriver,
            _ id: Int64
        ) async throws -> (reason: String, detail: String, advice: String) {
            let row = try #require(
                try await engine.query("select reason, detail, advice from explain(\(id))").first
            )
            return try row.decode(as: String.self, String.self, String.self)
        }

        @Test func `is its place, its deadline and what it waits for`() async throws {
            let (engine, id) = try await site()
            let row = try #require(
                try await engine.query(
                    "select status, action, queue, attempt, note from operation_status where id = \(id)"
                ).first
            )
            let (status, action, queue, attempt, note) = try row.decode(
                as: String.self,
                String.self,
                String.self,
                Int.self,
                String.self
            )
            #expect(status == "waiting" && action == "main/decision" && queue == "default" && attempt == 0)
            #expect(note.hasPrefix(#"waits for the signal "approved" or "rejected" until "#))
            #expect(note.hasSuffix(#", then goes to branch "late""#))
        }

        @Test func `is a state to look for`() async throws {
            let (engine, id) = try await site()
            func found(_ state: String) async throws -> [Int64] {
                try await engine.values("select id from find_operations(state => \(state))")
            }
            #expect(try await found("waiting") == [id])
            for other in ["ready", "scheduled", "running", "retrying", "parked"] {
                #expect(try await found(other).isEmpty, "\(other)")
            }
            try await engine.travel(by: "2 hours")
            #expect(try await found("waiting") == [id], "nobody has looked")
            #expect(try await found("ready").isEmpty)
            #expect(
                try await engine.value(
                    "select status || queue from find_operations(queue => 'default')",
                    as: String.self
                )
                    == "waitingdefault"
            )
        }

        @Test func `is in the status of its step`() async throws {
            let (engine, id) = try await site()
            #expect(
                try await engine.actions(id)
                    == ["main/A completed", "main/decision waiting", "main/B open", "late/L open"]
            )
            let began: Bool = try await engine.value(
                "select started_at = (select waits_since from jobs) and perform_at = started_at + interval '1 hour' from action_status where name = 'decision'"
            )
            #expect(began)
            try await engine.signal(id)
            #expect(
                try await engine.value(
                    "select concat_ws(' ', status, wait_outcome, signal, attempts_count, completed_at >= started_at) from action_status where name = 'decision'",
                    as: String.self
                ) == "completed signalled approved 1 t"
            )
        }

        @Test func `is explained`() async throws {
            let (engine, id) = try await site()
            try await engine.signal(id, "paid")
            let (reason, detail, advice) = try await explanation(engine, id)
            #expect(reason == "waiting")
            #expect(detail.hasPrefix(#"main/decision waits for the signal "approved" or "rejected" until "#))
            #expect(detail.hasSuffix(#", then goes to branch "late"; unread are signals "paid""#))
            #expect(advice.contains("signal(\(id), 'approved') ends it") && advice.contains("skip(\(id))"))
            try await engine.travel(by: "2 hours")
            let overdue = try await explanation(engine, id)
            #expect(overdue.reason == "wait_overdue")
            #expect(overdue.advice == "Workers do so with their next claim.")
            try await engine.query("update workers set stopping = true")
            #expect(
                try await explanation(engine, id).advice == "No worker is alive: start one, any one does."
            )
        }

        @Test(arguments: [
            ("fail", "then fails"), ("go_on", "then goes on"),
        ]) func `is explained with what its deadline does`(choice: String, words: String) async throws {
            let (engine, id) = try await site(
                EngineDriver.decision(#", "timeout": 60, "on_timeout": "\#(choice)""#)
            )
            #expect(try await explanation(engine, id).detail.hasSuffix(words))
        }

        @Test func `is explained before it has begun, and while it sleeps`() async throws {
            let engine = try await EngineDriver.start(#"{"main": [["S", {"sleep": 60}], "B"]}"#)
            let id: Int64 = try await engine.value("select enqueue('Flow', perform_in => '1 day')")
            let early = try await explanation(engine, id)
            #expect(early.reason == "scheduled" && early.detail.hasPrefix("main/S begins at "))
            try await engine.query(
                SQLStatement(unescaped: String(early.advice.dropLast(" starts it at once.".count)))
            )
            let sleeping = try await explanation(engine, id)
            #expect(sleeping.reason == "waiting" && sleeping.detail.hasPrefix("main/S sleeps until "))
            #expect(sleeping.advice.hasSuffix("wake_up(\(id)) ends it."))
            try await engine.travel(by: "2 days")
            let next: Int64 = try await engine.value("select enqueue('Flow', perform_in => '1 day')")
            try await engine.travel(by: "2 days")
            #expect(try await explanation(engine, next).detail.contains("begin"))
        }

        @Test func `is drawn`() async throws {
            let (engine, id) = try await site()
            func drawing() async throws -> String {
                try await engine.values("select flow(\(id))", as: String.self).joined(separator: "\n")
            }
            #expect(try await drawing().contains("◇ decision for approved or rejected"))
            try await engine.signal(id)
            #expect(try await drawing().contains("✓ decision signalled approved"))
            #expect(try await engine.drain() == ["main/B"])
            let other = try await engine.enqueueToWait()
            try await engine.travel(by: "1 hour")
            _ = try await engine.claim()
            let late = try await engine.values("select flow(\(other))", as: String.self).joined()
            #expect(late.contains("✓ decision timed out"))
        }

        @Test func `is drawn as the sleep that it is`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": [["S", {"sleep": 90}], ["T", {"sleep_until": "at"}]]}"#
            )
            let id = try await engine.enqueue()
            let drawing = try await engine.values("select flow(\(id))", as: String.self).joined()
            #expect(drawing.contains("◇ S 00:01:30") && drawing.contains("○ T until at"))
        }

        @Test func `is stuck when it is over, and nobody looks`() async throws {
            let (engine, id) = try await site()
            let look: SQLStatement = "select reason from stuck where operation_id = \(id)"
            try await engine.travel(by: "1 hour")
            #expect(try await engine.values(look, as: String.self).isEmpty)
            try await engine.travel(by: "2 minutes")
            #expect(
                try await engine.values(look, as: String.self)
                    == ["its wait is over, and no worker has let it go on"]
            )
            _ = try await engine.claim()
            #expect(try await engine.values(look, as: String.self).isEmpty)
        }

        @Test func `is in no queue`() async throws {
            let (engine, _) = try await site()
            #expect(try await engine.query("select from queue_depth where queue = '/waits'").isEmpty)
            await expectRefusal("OP004") { try await engine.query("select pause('/waits')") }
            await expectRefusal("OP004") {
                try await engine.query("select register_worker('x', 1, '{/waits}', '{}')")
            }
            await expectRefusal("23514") {
                try await engine.query("select enqueue('Flow', queue => '/waits')")
            }
        }

        @Test func `is in the timeline when it has ended`() async throws {
            let (engine, id) = try await site()
            try await engine.signal(id)
            #expect(
                try await engine.values(
                    "select concat_ws(' ', action, outcome, ended_at >= started_at, worker) from timeline where operation_id = \(id) order by position",
                    as: String.self
                ) == ["A completed t", "decision completed t"]
            )
        }

        @Test func `is seen by those who only look`() async throws {
            try await withRoles { connection in
                let (engine, id) = try await site()
                try await engine.signal(id, "paid")
                for role in ["reader", "operator"] {
                    try await connection.acting(as: role) {
                        for look in [
                            "select note from operation_status", "select * from action_status",
                            "select * from signal_status", "select * from audit", "select * from stuck",
                            "select * from explain(\(id))", "select flow(\(id))",
                            "select * from find_operations(state => 'waiting')",
                        ] {
                            _ = try await connection.query(SQLStatement(unescaped: look))
                        }
                    }
                }
            }
        }

        @Test func `is a line of the audit log for each signal, among those of steering, in their order`()
            async throws
        {
            let (engine, id) = try await site()
            try await engine.query("select set_global(\(id), 'a', '1')")
            try await engine.signal(id, "paid", #"{"n": 1}"#, key: "k")
            try await engine.query("select cancel(\(id), 'enough')")
            #expect(try await engine.signal(id) == "refused")
            #expect(
                try await engine.values(
                    "select concat_ws(' ', action, count, operation_ids, reason, who = session_user) from audit order by id",
                    as: String.self
                ) == ["set_global 1 {\(id)} t", "signal 1 {\(id)} t", "cancel 1 {\(id)} enough t"]
            )
            #expect(
                try await engine.value(
                    "select details::text from audit where action = 'signal'",
                    as: String.self
                )
                    == #"{"name": "paid", "payload": {"n": 1}, "dedup_key": "k"}"#
            )
        }
    }
}
