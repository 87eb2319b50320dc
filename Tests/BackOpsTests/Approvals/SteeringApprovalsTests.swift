import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `Steering an operation at an approval` {
        private func site(_ options: String = #", "within": "1 hour""#) async throws -> (EngineDriver, Int64)
        {
            let engine = try await EngineDriver.start(EngineDriver.approval(options))
            try await engine.travel(to: "2027-01-01Z")
            return (engine, try await engine.enqueueToWait())
        }

        @Test(arguments: [
            ("cancel({id})", "cancelled main/ask"), ("skip({id})", "ready main/B"),
            ("jump({id}, 'main', 'B')", "ready main/B"), ("jump({id}, 'late')", "ready late/L"),
            ("run_from({id}, 'main', 'A')", "ready main/A"),
        ]) func `withdraws it`(call: String, place: String) async throws {
            let (engine, id) = try await site()
            try await engine.query("select \(unescaped: call.replacing("{id}", with: "\(id)"))")
            #expect(try await engine.place(id) == place)
            #expect(try await engine.approvals(id) == ["refund withdrawn"])
        }

        @Test func `withdraws the last step of a plan`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A", ["ask", {"approval": "refund"}]]}"#)
            let id = try await engine.enqueueToWait()
            try await engine.query("select skip(\(id))")
            #expect(try await engine.state(id) == "completed")
            #expect(try await engine.approvals(id) == ["refund withdrawn"])
        }

        @Test func `comes back to it, and asks anew`() async throws {
            let (engine, id) = try await site()
            try await engine.travel(by: "30 minutes")
            try await engine.query("select jump(\(id), 'late')")
            #expect(try await engine.drain() == ["late/L"])
            #expect(try await engine.wait(id) == 3600)
            #expect(try await engine.approvals(id) == ["refund withdrawn", "refund pending"])
            try await engine.query("select cancel(\(id))")
            try await engine.query("select retry(\(id))")
            #expect(try await engine.wait(id) == 3600)
            try await engine.decide(id)
            try await engine.drain()
            try await engine.query("select run_from(\(id), 'main', 'ask')")
            #expect(
                try await engine.approvals(id)
                    == ["refund withdrawn", "refund withdrawn", "refund approved ann", "refund pending"]
            )
            #expect(
                try await engine.values("select run from approvals order by id", as: Int.self) == [
                    1, 1, 1, 2,
                ]
            )
        }

        @Test(arguments: ["rejected", "timed_out"])
        func `leaves one that has failed for another branch, and asks anew when it comes back`(
            outcome: String
        ) async throws {
            let (engine, id) = try await site()
            if outcome == "rejected" {
                try await engine.decide(id, "rejected")
            } else {
                try await engine.travel(by: "1 hour")
                #expect(try await engine.claim().isEmpty)
            }
            #expect(try await engine.waits(id) == ["ask \(outcome)"])
            try await engine.query("select jump(\(id), 'late')")
            #expect(try await engine.waits(id) == ["ask open"])
            #expect(try await engine.drain() == ["late/L"])
            #expect(try await engine.place(id) == "waiting main/ask")
            #expect(try await engine.waits(id) == ["ask waiting"])
            #expect(try await engine.query("select * from invariants()").isEmpty)
        }

        @Test func `skips one that was rejected`() async throws {
            let (engine, id) = try await site()
            try await engine.decide(id, "rejected")
            try await engine.query("select skip(\(id))")
            #expect(try await engine.drain() == ["main/B"])
            #expect(try await engine.approvals(id) == ["refund rejected ann"])
        }

        @Test func `reschedules its deadline, and lets it lapse at once`() async throws {
            let (engine, id) = try await site(
                #", "within": 60, "else": "go_on", "remind": {"after": 20, "operation": "Remind"}"#
            )
            try await engine.query("select reschedule(\(id), clock_now() + interval '1 day')")
            #expect(try await engine.wait(id) == 20)
            try await engine.query("select reschedule(\(id), clock_now() + interval '10 seconds')")
            #expect(try await engine.wait(id) == 10)
            try await engine.query("select reschedule(\(id), clock_now())")
            #expect(try await engine.approvals(id) == ["refund lapsed"])
            #expect(try await engine.drain() == ["main/B"])
        }

        @Test func `reschedules one that has not begun, which has its whole time then`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": [["ask", {"approval": "refund", "within": 60}], "B"]}"#
            )
            let id: Int64 = try await engine.value("select enqueue('Flow', perform_in => '1 day')")
            try await engine.query("select reschedule(\(id), clock_now())")
            #expect(try await engine.approvals(id) == ["refund pending"])
            #expect(try await engine.wait(id) > 50)
        }

        @Test func `wakes nothing up, and says what to do`() async throws {
            let (engine, id) = try await site()
            let error = await expectRefusal("OP003") { try await engine.query("select wake_up(\(id))") }
            #expect(error?.hint?.contains("decide(\(id), 'refund', 'approved')") == true)
            #expect(try await engine.query("select wake_up(array[\(id)]::bigint[])").isEmpty)
            #expect(try await engine.approvals(id) == ["refund pending"])
        }

        @Test func `keeps a signal for a later wait`() async throws {
            let (engine, id) = try await site()
            #expect(try await engine.signal(id, "refund") == "kept")
            #expect(try await engine.approvals(id) == ["refund pending"])
        }

        @Test func `runs it once more, and copies nothing`() async throws {
            let (engine, id) = try await site()
            try await engine.decide(id)
            let copy: Int64 = try await engine.value("select rerun(\(id))")
            #expect(try await engine.approvals(copy).isEmpty)
        }

        @Test func `takes its approvals along when it is deleted, pruned or truncated`() async throws {
            let (engine, id) = try await site()
            let other = try await engine.enqueueToWait()
            try await engine.decide(other)
            try await engine.drain()
            try await engine.query("select prune(interval '0')")
            #expect(try await engine.values("select operation_id from approvals", as: Int64.self) == [id])
            try await engine.query("delete from operations where id = \(id)")
            #expect(try await engine.value("select count(*) from approvals", as: Int.self) == 0)
            _ = try await engine.enqueueToWait()
            try await engine.query("truncate operations")
            #expect(try await engine.value("select count(*) from approvals", as: Int.self) == 0)
        }

        @Test(arguments: ["replace_waiting", "debounce 1 min", "cancel_and_replace"])
        func `replaces it under its key, where that is the mode`(mode: String) async throws {
            let engine = try await EngineDriver.start(#"{"main": [["ask", {"approval": "refund"}], "B"]}"#)
            try await engine.travel(to: "2027-01-01Z")
            let enqueue: SQLStatement =
                "select id from enqueue_keyed('Flow', 'k', \(mode), perform_at => clock_now() - interval '1 hour')"
            let first: Int64 = try await engine.value(enqueue)
            try await engine.travel(by: "2 minutes")
            try await engine.query("select advance_waits()")
            #expect(try await engine.approvals(first) == ["refund pending"])
            let second: Int64 = try await engine.value(enqueue)
            #expect(first != second, "it has begun")
            let isCancelled = mode == "cancel_and_replace"
            #expect(try await engine.approvals(first) == ["refund \(isCancelled ? "withdrawn" : "pending")"])
        }
    }
}
