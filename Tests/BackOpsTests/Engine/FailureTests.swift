import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A failed attempt` {
        @Test(arguments: [("20 seconds", "00:00:40"), ("-1 day", "00:01:00"), ("1 hour", "00:00:00")])
        func `ended when its body did, between its claim and its record`(
            ago: String,
            after: String
        ) async throws {
            let engine = try await EngineDriver.start()
            try await engine.travel(to: "2030-01-01Z")
            let id = try await engine.enqueue()
            let job = try await engine.claimOne()
            try await engine.travel(by: "1 minute")
            try await engine.query(
                """
                select * from fail_many(\(engine.worker), \([job.operation]), \([job.claim]), null, '{true}', null, '{E}', null, null,
                                        array[\(ago)::interval])
                """
            )
            let times =
                "select ended_at - started_at = \(after)::interval from attempts where operation_id = \(id)"
                as SQLStatement
            #expect(try await engine.value(times, as: Bool.self))
        }

        @Test func `is tried again after its backoff, and recorded with everything about it`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": [["A", {"backoff": {"base": 10, "jitter": 0}}]]}"#
            )
            try await engine.travel(to: "2030-01-01Z")
            let id = try await engine.enqueue()
            #expect(try await engine.fail(engine.claimOne(), "card declined") == "retrying")
            #expect(try await engine.status(id) == "retrying")
            #expect(try await engine.wait(id) == 10)
            #expect(try await engine.claim().isEmpty)
            let row = try await engine.query(
                "select outcome, error_type, error_message, stack_trace, worker, attempt from attempts"
            )
            let recorded = try row[0].decode(
                as: String.self,
                String.self,
                String.self,
                String.self,
                String.self,
                Int.self
            )
            #expect(recorded == ("failed", "Mishap", "card declined", "there", "test pid 1", 1))

            try await engine.travel(by: "10 seconds")
            #expect(try await engine.fail(engine.claimOne()) == "retrying")
            #expect(try await engine.wait(id) == 20)
        }

        @Test func `waits as long as it asks for`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.travel(to: "2030-01-01Z")
            let id = try await engine.enqueue()
            try await engine.fail(engine.claimOne(), after: "90 seconds")
            #expect(try await engine.wait(id) == 90)
        }

        @Test func `that says permanent ends the operation at once`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            #expect(try await engine.fail(engine.claimOne(), permanent: true) == "failed")
            #expect(try await engine.state(id) == "failed")
            #expect(try await engine.actions(id) == ["main/A failed", "main/B open", "main/C open"])
            #expect(try await engine.value("select count(*) from jobs", as: Int.self) == 0)
        }

        @Test func `is the last one when the attempts are used up`() async throws {
            let engine = try await EngineDriver.start(#"{"main": [["A", {"max_attempts": 3}]]}"#)
            let id = try await engine.enqueue()
            var outcomes: [String] = []
            while let job = try await engine.claim().first {
                outcomes.append(try await engine.fail(job, after: "0"))
            }
            #expect(outcomes == ["retrying", "retrying", "failed"])
            #expect(try await engine.history(id) == ["A 1.1 failed", "A 1.2 failed", "A 1.3 failed"])
            let ends = try await engine.values(
                "select ends_operation from attempts order by id",
                as: Bool.self
            )
            #expect(ends == [false, false, true])
        }

        @Test func `that ran out of time is recorded as such`() async throws {
            let engine = try await EngineDriver.start(#"{"main": [["A", {"timeout": 1.5}]]}"#)
            let id = try await engine.enqueue()
            let claimed = try await engine.query(
                "select claim_id, timeout_ms from claim(\(engine.worker), 1)"
            )[0]
            #expect(try claimed.decode(1, as: Int64.self) == 1500)
            let claim = try claimed.decode(0, as: Int64.self)
            try await engine.query(
                "select * from fail(\(engine.worker), \(id), \(claim), 'TimedOut', 'took too long', p_outcome => 'timed_out')"
            )
            #expect(try await engine.history(id) == ["A 1.1 timed_out"])
        }

        @Test func `may have an enormous message, of which the beginning is kept`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            try await engine.fail(engine.claimOne(), String(repeating: "é", count: 100_000))
            #expect(
                try await engine.value("select length(error_message) from attempts", as: Int.self) == 8192
            )
            #expect(try await engine.status(id) == "retrying")
        }
    }

    @Suite struct `The backoff` {
        private func delays(_ policy: String?, _ attempts: ClosedRange<Int>) async throws -> [Double] {
            let engine = try await EngineDriver.start(handlers: [])
            return try await engine.values(
                """
                select extract(epoch from backoff_delay(n::integer, \(policy as String?)::jsonb))::float8
                  from generate_series(\(attempts.lowerBound), \(attempts.upperBound)) as n
                """
            )
        }

        @Test func `grows by its factor up to its limit`() async throws {
            let policy = #"{"base": 2, "factor": 3, "max": 100, "jitter": 0}"#
            #expect(try await delays(policy, 1...6) == [2, 6, 18, 54, 100, 100])
        }

        @Test func `stays the same when it is constant`() async throws {
            #expect(
                try await delays(#"{"kind": "constant", "base": 7, "jitter": 0}"#, 1...4) == [7, 7, 7, 7]
            )
        }

        @Test func `can be none at all`() async throws {
            #expect(try await delays(#"{"base": 0}"#, 1...4) == [0, 0, 0, 0])
        }

        @Test func `does not overflow after a thousand attempts`() async throws {
            #expect(try await delays(#"{"jitter": 0}"#, 998...1000) == [21600, 21600, 21600])
        }

        @Test func `begins at 5 seconds and doubles by default, each shortened by up to a fifth`()
            async throws
        {
            for (attempt, delay) in try await zip(1..., delays(nil, 1...12)) {
                let longest = 5 * Double(1 << (attempt - 1))
                #expect((longest * 0.8...longest).contains(delay))
            }
        }

        @Test func `is shortened by its jitter, so that many failures do not come back together`()
            async throws
        {
            let engine = try await EngineDriver.start(handlers: [])
            let row = try await engine.query(
                """
                select min(d), max(d), count(distinct d)
                  from (select extract(epoch from backoff_delay(1, '{"base": 100, "jitter": 0.5}'))::float8 as d
                          from generate_series(1, 500)) as sample
                """
            )
            let (low, high, distinct) = try row[0].decode(as: Double.self, Double.self, Int.self)
            #expect(low >= 50 && high <= 100 && high - low > 25)
            #expect(distinct > 400)
        }
    }

    @Suite struct `Handing an action back` {
        @Test func `by a snooze costs no attempt, however often`() async throws {
            let engine = try await EngineDriver.start(#"{"main": [["A", {"max_attempts": 1}]]}"#)
            try await engine.travel(to: "2030-01-01Z")
            let id = try await engine.enqueue()
            for _ in 1...5 {
                #expect(try await engine.snooze(engine.claimOne(), "5 minutes") == "snoozed")
                #expect(try await engine.status(id) == "scheduled")
                #expect(try await engine.wait(id) == 300)
                try await engine.travel(by: "5 minutes")
            }
            #expect(try await engine.claimOne().attempt == 1)
            #expect(try await engine.history(id) == Array(repeating: "A 1.1 snoozed", count: 5))
        }

        @Test func `by a release makes it due at once, where it was in the queue`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            let due: String = try await engine.value("select run_at::text from jobs")
            #expect(try await engine.release(engine.claimOne()) == "released")
            #expect(try await engine.value("select run_at::text from jobs", as: String.self) == due)
            #expect(try await engine.claimOne().attempt == 1)
            #expect(try await engine.history(id) == ["A 1.1 released"])
        }

        @Test func `by a release leaves no trace if the action had not begun`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            #expect(try await engine.release(engine.claimOne(), began: false) == "released")
            #expect(try await engine.history(id) == [])
            #expect(try await engine.claimOne().attempt == 1)
        }

        @Test func `for ever is refused`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue()
            let job = try await engine.claimOne()
            await expectRefusal("OP004") {
                try await engine.query(
                    "select * from snooze_many(\(engine.worker), \([job.operation]), \([job.claim]), '{infinity}', null)"
                )
            }
            #expect(try await engine.held() == [job])
        }

        @Test func `happens to everything a worker holds that says goodbye`() async throws {
            let engine = try await EngineDriver.start()
            let other = try await EngineDriver.start()
            try await engine.enqueue(3)
            _ = try await engine.claim(2)
            #expect(try await engine.value("select unregister_worker(\(engine.worker))", as: Int.self) == 2)
            #expect(
                try await engine.value(
                    "select count(*) from workers where id = \(engine.worker)",
                    as: Int.self
                ) == 0
            )
            #expect(try await other.claim(10).map(\.attempt) == [1, 1, 1])
        }
    }
}
