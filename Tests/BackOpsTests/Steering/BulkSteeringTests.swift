import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `Steering many operations` {
        /// Operations 1 to 3 failed with one error, 4 with another, 5 waits for its next attempt, 6 is ready, 7 runs.
        private func site() async throws -> EngineDriver {
            let engine = try await EngineDriver.start()
            for number in 1...7 {
                try await engine.enqueue("Flow", .init(#"{"customer": \#(number % 2), "n": \#(number)}"#))
            }
            for _ in 1...3 { try await engine.fail(engine.claimOne(), "declined", permanent: true) }
            try await engine.fail(engine.claimOne(), "no route", permanent: true)
            try await engine.fail(engine.claimOne(), after: "1 hour")
            try await engine.query("select reschedule(6, now() + interval '1 hour')")
            _ = try await engine.claimOne()
            try await engine.query("select reschedule(6, now() - interval '1 second')")
            return engine
        }

        private func ids(_ engine: EngineDriver, _ call: String) async throws -> [Int64] {
            try await engine.values(SQLStatement(unescaped: "select id from \(call)"))
        }

        @Test(arguments: [
            (#"'Flow', '{"customer": 1}'"#, [1, 3, 5, 7]), ("state => 'failed'", [1, 2, 3, 4]),
            ("state => 'active'", [5, 6, 7]), ("state => 'retrying'", [5]), ("state => 'ready'", [6]),
            ("state => 'running'", [7]), ("state => 'scheduled'", []), ("state => 'parked'", []),
            ("'Other'", []), ("queue => 'default', at_most => 2", [1, 2]),
            ("after => 5", [6, 7]), ("state => 'active', after => 5", [6, 7]),
            ("since => now() + interval '1 hour'", []),
            ("until => now() + interval '1 hour', at_most => 1", [1]),
            ("tags => '{eu}'", []),
            (#"globals => '{"customer": 0}', state => 'failed'"#, [2, 4]),
        ]) func `begins with finding them`(filter: String, expected: [Int64]) async throws {
            let engine = try await site()
            #expect(try await ids(engine, "find_operations(\(filter))") == expected)
        }

        @Test func `touches exactly what the preview showed`() async throws {
            let engine = try await site()
            let error: String = try await engine.value("select fingerprint from failures where count = 3")
            let shown = try await engine.values(
                "select concat_ws(' ', id, name, state, action, error_type, error_message) from retry_where(error => \(error), preview => true)",
                as: String.self
            )
            #expect(shown == (1...3).map { "\($0) Flow failed main/A Mishap declined" })
            #expect(
                try await engine.value("select count(*) from audit_log where action = 'retry'", as: Int.self)
                    == 0
            )
            // Number 2 goes on by other hands, and another one fails in the same way.
            try await engine.query("select retry(2)")
            try await engine.enqueue()
            #expect(try await ids(engine, "retry('{1,2,3}'::bigint[])") == [1, 3])
            #expect(try await engine.state(4) == "failed")
        }

        @Test func `retries what failed with one error, and ends when nothing is left`() async throws {
            let engine = try await site()
            let error: String = try await engine.value("select fingerprint from failures where count = 3")
            #expect(try await ids(engine, "retry_where(error => '\(error)', at_most => 2)") == [1, 2])
            #expect(try await ids(engine, "retry_where(error => '\(error)', at_most => 2)") == [3])
            #expect(try await ids(engine, "retry_where(error => '\(error)', at_most => 2)").isEmpty)
            #expect(try await ids(engine, "retry_where(state => 'retrying')") == [5])
        }

        @Test func `cancels what a filter finds, running ones too`() async throws {
            let engine = try await site()
            #expect(try await ids(engine, "cancel_where('Flow', reason => 'sold out')") == [5, 6, 7])
            #expect(
                try await engine.values(
                    "select distinct stop_reason from operations where state = 'cancelled'"
                )
                    == ["sold out"]
            )
        }

        @Test func `leaves out what runs, and what has no such action`() async throws {
            let engine = try await site()
            #expect(try await ids(engine, "skip('{1,6,7}'::bigint[])") == [1, 6])
            #expect(try await ids(engine, "jump('{2,7}'::bigint[], 'main', 'C')") == [2])
            #expect(try await ids(engine, "run_from('{2,3,7}'::bigint[], 'side')").isEmpty)
            #expect(try await ids(engine, "set_global('{3,7,99}'::bigint[], 'fixed', 'true')") == [3, 7])
            #expect(try await ids(engine, "reschedule('{4,5,7}'::bigint[], now())") == [5])
        }

        @Test func `starts an action, or its next attempt, at another time`() async throws {
            let engine = try await site()
            try await engine.query("select reschedule(5, clock_now())")
            #expect(try await engine.claim(2).map(\.attempt).sorted() == [1, 2])
        }

        @Test func `enqueues once more what is to be run again`() async throws {
            let engine = try await site()
            let new: Int64 = try await engine.value("select rerun(1, 'again')")
            #expect(try await engine.globals(new) == #"{"n": 1, "customer": 1}"#)
            #expect(try await engine.state(1) == "failed")
            let own = #"{"main": ["X"]}"#
            let first: Int64 = try await engine.value(
                "select enqueue('Own', key => 'k', branches => \(own)::json)"
            )
            let second: Int64 = try await engine.value("select rerun(array[\(first)])")
            #expect(try await engine.actions(second) == ["main/X ready"])
        }
    }

    @Suite struct `The audit log` {
        @Test(arguments: [
            "retry(1, 'why')", "retry('{1,2}'::bigint[], 'why')", "cancel(2, 'why')",
            "cancel('{1,2}'::bigint[], 'why')", "skip(1, 'why')", "skip('{1,2}'::bigint[], 'why')",
            "jump(1, 'main', 'B', 'why')", "jump('{1,2}'::bigint[], 'main', 'B', 'why')",
            "run_from(1, 'main', 'B', 'why')", "run_from('{1,2}'::bigint[], 'main', 'B', 'why')",
            "set_global(1, 'k', '5', 'why')", "set_global('{1,2}'::bigint[], 'k', '5', 'why')",
            "reschedule(2, now(), 'why')", "reschedule('{1,2}'::bigint[], now(), 'why')", "rerun(1, 'why')",
            "rerun('{1,2}'::bigint[], 'why')", "retry_where('Flow', reason => 'why')",
            "cancel_where('Flow', reason => 'why')", "pause('default', reason => 'why')",
        ]) func `has one row for a call, with who, what, which and why`(call: String) async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue(2)
            try await engine.fail(engine.claimOne(), permanent: true)
            try await engine.query("select * from \(unescaped: call)")
            let rows = try await engine.query("select who, action, reason, operation_ids, count from audit")
            #expect(rows.count == 1)
            let (who, action, reason, ids, count) = try #require(rows.first).decode(
                as: String.self,
                String.self,
                String.self,
                [Int64].self,
                Int32.self
            )
            #expect(try await who == engine.value("select session_user::text"))
            #expect(action == call.prefix { $0 != "(" }.replacing("_where", with: ""))
            #expect(reason == "why" && Int(count) == ids.count)
            #expect(action == "pause" ? ids.isEmpty : !ids.isEmpty && Set(ids).isSubset(of: [1, 2]))
        }

        @Test func `has none for a call that was refused`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            await expectRefusal("OP003") { try await engine.query("select retry(\(id))") }
            #expect(try await engine.query("select from audit").isEmpty)
        }
    }
}
