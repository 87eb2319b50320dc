import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A fair queue` {
        /// A worker of a queue that takes turns by tenant, with 6 operations of "a" in it, and after them 2 of "b" and 2 of "c".
        private func site(
            _ branches: String = #"{"main": ["A"]}"#,
            weights: String = "{}"
        ) async throws -> EngineDriver {
            let engine = try await EngineDriver.start(branches)
            try await engine.query(
                "select set_queue_fairness('default', 'tenant', \(weights)::jsonb, 'one floods it')"
            )
            try await enqueue(engine, "a", 6)
            try await enqueue(engine, "b", 2)
            try await enqueue(engine, "c", 2)
            return engine
        }

        private func enqueue(_ engine: EngineDriver, _ tenant: String, _ count: Int) async throws {
            try await engine.query(
                """
                insert into operations (name, globals)
                  select 'Flow', jsonb_build_object('tenant', \(tenant)) from generate_series(1, \(count))
                """
            )
        }

        @Test func `lets the keys take turns, whoever came first`() async throws {
            let engine = try await site()
            #expect(try await engine.claimed(3) == [1, 7, 9])
            #expect(try await engine.claimed(4) == [2, 8, 10, 3])
            #expect(try await engine.claimed(10) == [4, 5, 6])
            #expect(try await engine.violations() == [])
        }

        @Test func `gives a key as much more as its weight says`() async throws {
            let engine = try await site(weights: #"{"a": 3, "c": 0.5}"#)
            #expect(try await engine.claimed(5) == [1, 7, 9, 2, 3])
            #expect(try await engine.claimed(5) == [4, 8, 5, 6, 10])
            #expect(try await engine.violations() == [])
        }

        @Test func `makes who comes anew wait for one of each other key at most`() async throws {
            let engine = try await site()
            #expect(try await engine.claimed(4) == [1, 7, 9, 2])
            try await enqueue(engine, "d", 3)
            #expect(try await engine.claimed(4) == [8, 10, 11, 3])
            #expect(try await engine.claimed(4) == [12, 4, 13, 5])
        }

        @Test func `lets nobody save up turns`() async throws {
            let engine = try await site()
            #expect(try await engine.claimed(7) == [1, 7, 9, 2, 8, 10, 3])
            try await enqueue(engine, "b", 4)
            try await enqueue(engine, "a", 1)
            #expect(try await engine.claimed(6) == [4, 11, 5, 12, 6, 13])
        }

        @Test func `leaves what one key does not need to the others`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A"]}"#)
            try await engine.query("select set_queue_fairness('default', 'tenant')")
            try await enqueue(engine, "a", 2500)
            #expect(try await engine.claimed(2) == [1, 2])
            #expect(try await engine.claimed(1000).count == 1000)
            #expect(try await engine.claimed(1000).count == 1000)
            #expect(try await engine.claimed(1000).count == 498)
            #expect(try await engine.violations() == [])
        }

        @Test func `costs no turn where there is room for all`() async throws {
            let engine = try await site()
            #expect(try await engine.claimed(100).count == 10)
            #expect(try await engine.value("select count(*) from fair_keys", as: Int.self) == 0)
        }

        @Test func `lets urgent operations go first, and shares each priority by itself`() async throws {
            let engine = try await site()
            try await engine.query(
                """
                insert into operations (name, priority, globals)
                  select 'Flow', 1, '{"tenant": "a"}' from generate_series(1, 3)
                """
            )
            #expect(try await engine.claimed(5) == [11, 12, 13, 1, 7])
        }

        @Test func `takes a turn for each action of an operation`() async throws {
            let engine = try await site(#"{"main": ["A", "B"]}"#)
            let jobs = try await engine.claim(2)
            #expect(jobs.map(\.operation) == [1, 7])
            #expect(try await engine.complete(jobs[0]).outcome == "queued")
            #expect(try await engine.claimed(7) == [9, 2, 8, 10, 3, 4, 5])
            #expect(try await engine.claimed(7) == [6, 1])
            #expect(try await engine.violations() == [])
        }

        @Test func `takes all without the key for one`() async throws {
            let engine = try await site()
            try await engine.enqueue(3)
            #expect(try await engine.claimed(6) == [1, 7, 9, 11, 2, 8])
        }

        @Test func `lets what was tried in vain take a new turn`() async throws {
            let engine = try await site()
            let job = try await engine.claimOne()
            #expect(job.operation == 1)
            try await engine.query("select snooze(\(engine.worker), 1, \(job.claim), interval '1 second')")
            try await engine.travel(by: "2 seconds")
            #expect(try await engine.claimed(5) == [7, 9, 2, 8, 10])
            #expect(try await engine.claimed(4) == [3, 4, 5, 6])
            #expect(try await engine.claimed(4) == [1])
        }

        @Test func `loses no operation that is steered while it waits for its turn`() async throws {
            let engine = try await site(#"{"main": ["A", "B"]}"#)
            #expect(try await engine.claimed(1) == [1])
            try await engine.query("select cancel(7)")
            try await engine.query("select skip(8)")
            try await engine.query("select reschedule(2, clock_now() + interval '1 hour')")
            try await engine.query("select reschedule(3, clock_now())")
            try await engine.query("delete from operations where id = 4")
            #expect(try await engine.violations() == [])
            #expect(Set(try await engine.claimed(20)) == [3, 5, 6, 8, 9, 10])
            try await engine.travel(by: "2 hours")
            #expect(try await engine.claimed(20) == [2])
            #expect(try await engine.violations() == [])
        }

        @Test func `is paused as any other`() async throws {
            let engine = try await site()
            #expect(try await engine.claimed(1) == [1])
            try await engine.query("select pause('default')")
            #expect(try await engine.claimed(5).isEmpty)
            try await engine.query("select resume('default')")
            #expect(try await engine.claimed(2) == [7, 9])
        }

        @Test func `may have a limit, too`() async throws {
            let engine = try await site()
            try await engine.query("select set_queue_limit('default', 3)")
            #expect(try await engine.claimed(5) == [1, 7, 9])
            #expect(try await engine.claimed(5).isEmpty)
            try await enqueue(engine, "d", 1)
            try await engine.query("select cancel(1), cancel(7)")
            #expect(try await engine.claimed(5) == [2, 8])
            #expect(try await engine.violations() == [])
        }

        @Test func `is claimed by many at once, of whom one gives turns`() async throws {
            let engine = try await site()
            let other = try await EngineDriver.start(#"{"main": ["A"]}"#)
            #expect(try await engine.claimed(1) == [1])
            try await engine.query("begin")
            #expect(try await engine.claimed(1) == [7])
            try await enqueue(other, "d", 1)
            #expect(try await other.claimed(2) == [9, 2])
            #expect(try await other.claimed(10) == [8, 10, 3, 4, 5, 6])
            #expect(try await other.claimed(1).isEmpty)
            let due = try await other.value(
                "select extract(epoch from next_due(\(other.worker)))::float8",
                as: Double.self
            )
            #expect((0...0.03).contains(due))
            try await engine.query("commit")
            #expect(try await other.claimed(1) == [11])
            #expect(try await other.value("select next_due(\(other.worker)) is null", as: Bool.self))
            #expect(try await other.violations() == [])
        }

        @Test func `does not stand still for what a worker does not know`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A"]}"#)
            let other = try await EngineDriver.start(#"{"main": ["X"]}"#, name: "Other")
            try await engine.query("select set_queue_fairness('default', 'tenant')")
            try await engine.query(
                """
                insert into operations (name, globals)
                  select case when n <= 2 then 'Other' else 'Flow' end, '{"tenant": "a"}' from generate_series(1, 8) as n
                """
            )
            #expect(try await engine.claimed(3) == [3, 4, 5])
            #expect(try await engine.claimed(1) == [6])
            try await enqueue(engine, "b", 3)
            #expect(try await engine.claimed(4) == [7, 9, 8, 10])
            #expect(try await other.claimed(3) == [1, 2, 11])
            #expect(try await engine.violations() == [])
        }

        @Test func `serves who has a turn, and then in the order of old, once it is fair no more`()
            async throws
        {
            let engine = try await site()
            #expect(try await engine.claimed(2) == [1, 7])
            try await enqueue(engine, "b", 2)
            try await engine.query("select set_queue_fairness('default', null)")
            try await enqueue(engine, "d", 1)
            #expect(try await engine.claimed(4) == [9, 2, 8, 10])
            #expect(try await engine.claimed(10) == [3, 4, 5, 6, 11, 12, 13])
            #expect(try await engine.violations() == [])
        }

        @Test func `explains who waits for a turn, and shows the keys`() async throws {
            let engine = try await site()
            #expect(try await engine.claimed(1) == [1])
            #expect(
                try await engine.values("select reason || ': ' || detail from explain(8)") == [
                    #"turn: main/A waits for its turn: 3 actions of queue "default" come before it, which takes turns by "tenant""#
                ]
            )
            #expect(
                try await engine.values(
                    "select concat_ws(' ', key, waiting, ahead) from fair_queue_lines order by ahead"
                ) == ["b 2 0", "c 2 1", "a 5 2"]
            )
            #expect(
                try await engine.values(
                    "select concat_ws(' ', queue, by_global, weights, waiting, capped, reason) from fair_queue_status"
                ) == ["default tenant {} 9 f one floods it"]
            )
            #expect(
                try await engine.values("select concat_ws(' ', queue, ready, running) from queue_depth") == [
                    "default 9 1"
                ]
            )
            #expect(try await engine.status(8) == "ready")
            #expect(try await engine.value("select queue from operation_status where id = 8") == "default")
            #expect(
                try await engine.values(
                    "select id from find_operations(queue => 'default', state => 'ready')"
                )
                    == (2...10).map(Int64.init)
            )
        }

        @Test func `shows no key that is secret`() async throws {
            let engine = try await site()
            try await engine.query("insert into secret_keys values ('Flow', 'tenant')")
            #expect(try await engine.claimed(1) == [1])
            let keys: [String] = try await engine.values(
                "select key from fair_queue_lines union select key from fair_keys"
            )
            #expect(keys.count == 3 && keys.allSatisfy { $0.hasPrefix("#") })
        }

        @Test func `is in the audit log, with who set it and why`() async throws {
            let engine = try await site(weights: #"{"a": 3}"#)
            #expect(
                try await engine.values(
                    "select concat_ws(' ', action, reason, details) from audit where action = 'set_queue_fairness'"
                ) == [
                    #"set_queue_fairness one floods it {"by": "tenant", "queue": "default", "weights": {"a": 3}}"#
                ]
            )
        }

        @Test func `forgets keys that have had their turns`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A"]}"#)
            try await engine.query("select set_queue_fairness('default', 'tenant')")
            try await engine.query(
                "insert into operations (name, globals) select 'Flow', jsonb_build_object('tenant', n) from generate_series(1, 3000) as n"
            )
            try await engine.drainInBatches(of: 100)
            try await enqueue(engine, "a", 3)
            #expect(try await engine.claimed(1).count == 1)
            try await engine.query("select count(*) from claim(\(engine.worker), 1)")
            try await engine.query("select count(*) from claim(\(engine.worker), 1)")
            #expect(try await engine.value("select count(*) from fair_keys", as: Int.self) == 1)
            #expect(try await engine.violations() == [])
        }

        @Test func `is put right by recount_limits where rows were changed by hand`() async throws {
            let engine = try await site()
            #expect(try await engine.claimed(1) == [1])
            try await engine.query("update fair_lanes set first_turn = 5, clock = 5")
            #expect(try await engine.violations().count > 0)
            #expect(try await engine.value("select recount_limits()", as: Int.self) == 1)
            #expect(try await engine.violations() == [])
            #expect(try await engine.claimed(10).count == 9)
        }
    }
}
