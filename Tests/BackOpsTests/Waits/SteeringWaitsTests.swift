import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `Steering an operation at a wait` {
        private static let plan = EngineDriver.decision(#", "timeout": "1 hour", "as": "decision""#)

        /// An operation at its wait.
        private func site(_ plan: String = plan) async throws -> (EngineDriver, Int64) {
            let engine = try await EngineDriver.start(plan)
            try await engine.travel(to: "2027-01-01Z")
            return (engine, try await engine.enqueueToWait())
        }

        private func ids(_ engine: EngineDriver, _ call: String) async throws -> [Int64] {
            try await engine.values(SQLStatement(unescaped: "select id from \(call)"))
        }

        @Test func `skips the wait`() async throws {
            let (engine, id) = try await site()
            try await engine.query("select skip(\(id))")
            #expect(try await engine.drain() == ["main/B"])
            #expect(try await engine.waits(id) == ["decision skipped"])
        }

        @Test func `skips a wait that has timed out`() async throws {
            let (engine, id) = try await site()
            try await engine.travel(by: "1 hour")
            #expect(try await engine.claim().isEmpty)
            try await engine.query("select skip(\(id))")
            #expect(try await engine.drain() == ["main/B"])
            #expect(try await engine.state(id) == "completed")
        }

        @Test func `comes back to a wait that had timed out, and which has no outcome again`()
            async throws
        {
            let (engine, id) = try await site()
            try await engine.travel(by: "1 hour")
            #expect(try await engine.claim().isEmpty)
            #expect(try await engine.waits(id) == ["decision timed_out"])
            try await engine.query("select jump(\(id), 'late')")
            #expect(try await engine.waits(id) == ["decision open"])
            #expect(try await engine.drain() == ["late/L"])
            #expect(try await engine.waits(id) == ["decision waiting"])
        }

        @Test func `jumps away from the wait, and back to it, where it begins anew`() async throws {
            let (engine, id) = try await site()
            try await engine.travel(by: "30 minutes")
            try await engine.query("select jump(\(id), 'late')")
            #expect(try await engine.drain() == ["late/L"])
            #expect(try await engine.place(id) == "waiting main/decision", "it was left open")
            #expect(try await engine.wait(id) == 3600)
            try await engine.query("select jump(\(id), 'main', 'B')")
            #expect(try await engine.waits(id) == ["decision skipped"])
            try await engine.query("select jump(\(id), 'main', 'decision')")
            #expect(try await engine.place(id) == "waiting main/decision")
            try await engine.signal(id)
            #expect(try await engine.drain() == ["main/B"])
            #expect(
                try await engine.value("select run from actions where wait is not null", as: Int.self) == 2
            )
        }

        @Test func `jumps to a wait whose signal is in the inbox, which it passes`() async throws {
            let (engine, id) = try await site(
                #"{"main": ["A", ["one", {"sleep": 60}], "B", ["two", {"wait_for": "go"}], "C"]}"#
            )
            try await engine.signal(id, "go")
            try await engine.query("select jump(\(id), 'main', 'two')")
            #expect(try await engine.drain() == ["main/C"])
            #expect(try await engine.waits(id) == ["one skipped", "two signalled go"])
        }

        @Test func `runs again from a wait, which reads another signal and not the first one again`()
            async throws
        {
            let (engine, id) = try await site()
            try await engine.signal(id, "approved", "1")
            try await engine.signal(id, "rejected", "2")
            try await engine.drain()
            try await engine.query("select run_from(\(id), 'main', 'decision')")
            #expect(
                try await engine.value(
                    "select globals -> 'decision' ->> 'payload' from operations",
                    as: String.self
                )
                    == "2"
            )
            #expect(try await engine.drain() == ["main/B"])
            try await engine.query("select run_from(\(id), 'main', 'decision')")
            #expect(try await engine.place(id) == "waiting main/decision")
            #expect(
                try await engine.signals(id)
                    == ["approved read main/decision", "rejected read main/decision"]
            )
            #expect(
                try await engine.values("select read_run from signals order by id", as: Int.self) == [1, 2]
            )
        }

        @Test func `retries a wait that timed out, which begins anew and counts on`() async throws {
            let (engine, id) = try await site()
            for attempt in 1...3 {
                try await engine.travel(by: "1 hour")
                #expect(try await engine.claim().isEmpty)
                #expect(try await engine.place(id) == "failed main/decision")
                #expect(
                    try await engine.history(id)
                        == (1...attempt).map { "decision 1.\($0) timed_out" }
                )
                try await engine.query("select retry(\(id))")
                #expect(try await engine.place(id) == "waiting main/decision")
                #expect(try await engine.wait(id) == 3600)
                #expect(try await engine.waits(id) == ["decision waiting"])
            }
            try await engine.signal(id)
            #expect(try await engine.drain() == ["main/B"])
            #expect(try await engine.waits(id) == ["decision signalled approved"])
        }

        @Test func `retries many that timed out`() async throws {
            let (engine, first) = try await site()
            let second = try await engine.enqueueToWait()
            try await engine.travel(by: "1 hour")
            #expect(try await engine.claim().isEmpty)
            #expect(try await ids(engine, "retry_where(state => 'failed')") == [first, second])
            #expect(try await engine.place(second) == "waiting main/decision")
            #expect(try await engine.wait(second) == 3600)
        }

        @Test func `has nothing to retry while it waits`() async throws {
            let (engine, id) = try await site()
            await expectRefusal("OP003") { try await engine.query("select retry(\(id))") }
            #expect(try await ids(engine, "retry(array[\(id)])").isEmpty)
        }

        @Test func `cancels, and a retry waits anew`() async throws {
            let (engine, id) = try await site()
            try await engine.signal(id, "paid")
            try await engine.query("select cancel(\(id), 'no stock')")
            #expect(try await engine.place(id) == "cancelled main/decision")
            #expect(try await engine.signals(id) == ["paid left"])
            try await engine.travel(by: "2 hours")
            #expect(try await engine.drain().isEmpty)
            try await engine.query("select retry(\(id))")
            #expect(try await engine.wait(id) == 3600)
            #expect(try await engine.signals(id) == ["paid unread"])
            try await engine.signal(id)
            #expect(try await engine.drain() == ["main/B"])
        }

        // MARK: - Deadlines

        @Test func `moves the deadline of a wait`() async throws {
            let (engine, id) = try await site()
            try await engine.query("select reschedule(\(id), clock_now() + interval '3 hours', 'a holiday')")
            try await engine.travel(by: "2 hours")
            #expect(try await engine.claim().isEmpty)
            #expect(try await engine.place(id) == "waiting main/decision")
            let state: String = try await engine.value("select state from reschedule(\(id), clock_now())")
            #expect(state == "failed")
            #expect(
                try await engine.values("select reason from audit where action = 'reschedule' order by id")
                    == ["a holiday", nil] as [String?]
            )
        }

        @Test func `gives a deadline to a wait that has none, which then fails the operation`() async throws {
            let (engine, id) = try await site(EngineDriver.decision())
            #expect(
                try await engine.value("select run_at = 'infinity' from jobs", as: Bool.self)
            )
            try await engine.query("select reschedule(\(id), clock_now() + interval '1 hour')")
            let detail: String = try await engine.value("select detail from explain(\(id))")
            #expect(detail.hasSuffix("then fails"))
            try await engine.travel(by: "1 hour")
            #expect(try await engine.claim().isEmpty)
            #expect(try await engine.place(id) == "failed main/decision")
            #expect(
                try await engine.value("select error_message from operation_status", as: String.self)
                    .hasPrefix(#"no signal "approved" or "rejected" came"#)
            )
        }

        @Test func `moves the end of a sleep`() async throws {
            let (engine, id) = try await site(#"{"main": ["A", ["S", {"sleep": 60}], "B"]}"#)
            try await engine.query("select reschedule(\(id), clock_now() + interval '1 hour')")
            try await engine.travel(by: "59 minutes")
            #expect(try await engine.drain().isEmpty)
            try await engine.query("select reschedule(\(id), clock_now() - interval '1 hour')")
            #expect(try await engine.waits(id) == ["S slept"])
            #expect(try await engine.drain() == ["main/B"])
        }

        @Test func `moves the begin of a wait that has not begun`() async throws {
            let engine = try await EngineDriver.start(#"{"main": [["S", {"sleep": 60}], "B"]}"#)
            try await engine.travel(to: "2027-01-01Z")
            let id: Int64 = try await engine.value("select enqueue('Flow', perform_in => '1 day')")
            try await engine.query("select reschedule(\(id), clock_now() + interval '1 hour')")
            #expect(try await engine.wait(id) == 3600)
            try await engine.query("select wake_up(\(id))")
            #expect(try await engine.place(id) == "waiting main/S")
            #expect(try await engine.wait(id) == 60)
        }

        // MARK: - Waking up

        @Test func `wakes up what sleeps, and no other sleep of its plan`() async throws {
            let (engine, id) = try await site(
                #"{"main": ["A", ["S", {"sleep": 60}], ["T", {"sleep": 60}], "B"]}"#
            )
            #expect(
                try await engine.value("select state from wake_up(\(id), 'now')", as: String.self) == "active"
            )
            #expect(try await engine.place(id) == "waiting main/T")
            #expect(try await engine.waits(id) == ["S woken", "T waiting"])
            try await engine.query("select wake_up(\(id))")
            #expect(try await engine.drain() == ["main/B"])
            #expect(
                try await engine.values(
                    "select concat_ws(' ', action, count, reason) from audit order by id"
                ) == ["wake_up 1 now", "wake_up 1"]
            )
        }

        @Test func `wakes up what waits for the time of an action or of an attempt`() async throws {
            let engine = try await EngineDriver.start(#"{"main": [["A", {"perform_in": "1 day"}], "B"]}"#)
            let id = try await engine.enqueue()
            #expect(try await engine.drain().isEmpty)
            try await engine.query("select wake_up(\(id))")
            try await engine.fail(engine.claimOne(), after: "1 day")
            #expect(try await engine.drain().isEmpty)
            try await engine.query("select wake_up(\(id))")
            #expect(try await engine.claimOne().attempt == 2)
        }

        @Test func `wakes up nobody who waits for a signal, or runs, or has ended`() async throws {
            let (engine, waiting) = try await site()
            let running = try await engine.enqueue()
            _ = try await engine.claimOne()
            let ended = try await engine.enqueue()
            try await engine.query("select cancel(\(ended))")
            let parked = try await engine.enqueue("Later")
            let sleeping: Int64 = try await engine.value(
                #"select enqueue('Own', branches => '{"main": [["S", {"sleep": 60}]]}')"#
            )
            for id in [waiting, running, ended, parked] {
                let error = await expectRefusal("OP003") { try await engine.query("select wake_up(\(id))") }
                #expect(error?.hint?.isEmpty == false)
            }
            let all = [waiting, running, ended, parked, sleeping, 999]
            #expect(
                try await engine.values("select id from wake_up(\(all))", as: Int64.self) == [sleeping]
            )
            #expect(try await engine.state(sleeping) == "completed")
            #expect(
                try await engine.value(
                    "select details ->> 'left_out' from audit order by id desc limit 1",
                    as: String.self
                )
                    == "5"
            )
        }

        // MARK: - Many

        @Test func `signals what a filter finds, after a preview`() async throws {
            let engine = try await EngineDriver.start(Self.plan)
            var ids: [Int64] = []
            for number in 1...4 {
                ids.append(try await engine.enqueueToWait(PQJSON(#"{"customer": \#(number % 2)}"#)))
            }
            let ready = try await engine.enqueue("Flow", #"{"customer": 1}"#)
            let call = #"signal_where('approved', '{"by": "ann"}', 'k', 'Flow', '{"customer": 1}'"#
            #expect(try await self.ids(engine, call + ", preview => true)") == [ids[0], ids[2]])
            #expect(try await self.ids(engine, call + ", preview => null)") == [ids[0], ids[2]])
            #expect(try await engine.value("select count(*) from signals", as: Int.self) == 0)
            #expect(try await self.ids(engine, call + ", at_most => 1)") == [ids[0]])
            #expect(try await self.ids(engine, call + ")") == [ids[2]])
            #expect(try await self.ids(engine, call + ")").isEmpty)
            #expect(try await self.ids(engine, call + ", state => 'active')") == [ready])
            #expect(try await self.ids(engine, call + ", state => 'active')").isEmpty, "a duplicate")
            #expect(try await engine.waits(ids[1]) == ["decision waiting"])
            #expect(
                try await engine.value("select count(*) from audit where action = 'signal'", as: Int.self)
                    == 3
            )
        }

        @Test func `skips, jumps and moves many`() async throws {
            let (engine, first) = try await site()
            let second = try await engine.enqueueToWait()
            let both = "'{\(first),\(second)}'::bigint[]"
            #expect(
                try await ids(engine, "reschedule(\(both), clock_now() + interval '2 hours')") == [
                    first, second,
                ]
            )
            #expect(try await engine.wait(second) == 7200)
            #expect(try await ids(engine, "jump(\(both), 'main', 'decision')") == [first, second])
            #expect(try await engine.wait(second) == 3600)
            #expect(try await ids(engine, "skip(\(both))") == [first, second])
            #expect(try await engine.drain() == ["main/B", "main/B"])
        }
    }
}
