import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A limit of an action` {
        @Test func `lets so many start, and the others in the order of their priority and arrival`()
            async throws
        {
            let engine = try await EngineDriver.start(EngineDriver.limited(#""name": "stripe", "max": 2"#))
            try await engine.enqueue(4)
            let urgent = try await engine.enqueue(by: "x", priority: 0)
            #expect(try await engine.claim(10).map(\.operation) == [urgent, 1])
            #expect(
                try await engine.standing() == [
                    "1 holds stripe", "2 in line for stripe", "3 in line for stripe", "4 in line for stripe",
                    "5 holds stripe",
                ]
            )
            let late = try await engine.enqueue(by: "x", priority: 1)
            #expect(try await engine.claimed().isEmpty)
            try await engine.query("select cancel(\(urgent))")
            #expect(try await engine.claimed() == [late])
            #expect(try await engine.gates() == ["stripe 2+3"])
            #expect(try await engine.violations().isEmpty)
        }

        @Test func `gives a slot back with the attempt, and the operation goes on without it`() async throws {
            let engine = try await EngineDriver.start(EngineDriver.limited())
            try await engine.enqueue(2)
            let first = try await engine.claimOne()
            let next = try #require(try await engine.complete(first).next)
            #expect(next.action == "main/B")
            #expect(try await engine.standing() == ["1 free", "2 in line for stripe"])
            #expect(try await engine.claimed() == [2])
            #expect(try await engine.gates() == ["stripe 1+0"])
        }

        @Test func `is free while an attempt waits for the next one`() async throws {
            let engine = try await EngineDriver.start(EngineDriver.limited())
            try await engine.enqueue(2)
            #expect(try await engine.fail(engine.claimOne(), after: "1 minute") == "retrying")
            #expect(try await engine.standing() == ["1 comes", "2 in line for stripe"])
            let second = try await engine.claimOne()
            #expect(second.operation == 2)
            try await engine.travel(by: "1 minute")
            #expect(try await engine.claimed().isEmpty)
            #expect(try await engine.standing() == ["1 in line for stripe", "2 holds stripe"])
            try await engine.snooze(second, "1 hour")
            #expect(try await engine.claim().map(\.attempt) == [2])
        }

        @Test func `stays with an action that is handed back, and with one whose worker died`() async throws {
            let engine = try await EngineDriver.start(EngineDriver.limited())
            try await engine.enqueue(2)
            #expect(try await engine.release(engine.claimOne()) == "released")
            #expect(try await engine.standing().first == "1 holds stripe")
            let again = try await engine.claimOne()
            #expect(again.operation == 1)
            try await engine.query("select record_crashes(array[1::bigint], 'somebody')")
            #expect(try await engine.claimed().isEmpty)
            #expect(try await engine.standing() == ["1 holds stripe", "2 in line for stripe"])
            let suspect = try #require(try await engine.claimSuspect())
            try await engine.complete(suspect, continues: false)
            #expect(try await engine.claimed() == [2, 1])
            #expect(try await engine.violations().isEmpty)
        }

        @Test func `is given back when an operation fails`() async throws {
            let engine = try await EngineDriver.start(EngineDriver.limited())
            try await engine.enqueue(2)
            #expect(try await engine.fail(engine.claimOne(), permanent: true) == "failed")
            #expect(try await engine.claimed() == [2])
            try await engine.query("select retry(1)")
            #expect(try await engine.claimed().isEmpty)
            #expect(try await engine.standing() == ["1 in line for stripe", "2 holds stripe"])
        }

        @Test func `counts each key for itself, also one that is missing, long or no text`() async throws {
            let engine = try await EngineDriver.start(
                EngineDriver.limited(#""name": "tenant", "max": 1, "by": "customer""#)
            )
            let long = String(repeating: "é", count: 300)
            let globals: [PQJSON] = [
                #"{"customer": "ann"}"#, #"{"customer": "ben"}"#, #"{"customer": "ann"}"#, "{}",
                #"{"customer": null}"#, #"{"customer": 5}"#,
                #"{"customer": {"a": [1]}}"#, PQJSON(#"{"customer": "\#(long)"}"#),
                PQJSON(#"{"customer": "\#(long)"}"#),
            ]
            for each in globals { try await engine.enqueue("Flow", each) }
            #expect(try await engine.claimed() == [1, 2, 4, 6, 7, 8])
            #expect(
                try await engine.values(
                    "select gate from limit_lines where waiting > 0 order by waiting, gate",
                    as: String.self
                ).count == 3
            )
            #expect(
                try await engine.value("select gate from jobs where operation_id = 9", as: String.self)
                    .hasPrefix("tenant/#")
            )
            #expect(
                try await engine.value("select gate from jobs where operation_id = 5", as: String.self)
                    == "tenant/"
            )
        }

        @Test func `takes the key that the globals have when the action is due`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": ["A", ["B", {"limit": {"name": "tenant", "max": 1, "by": "customer"}}]]}"#
            )
            try await engine.enqueue(1)
            try await engine.complete(engine.claimOne(), set: #"{"customer": "ann"}"#)
            #expect(try await engine.claim().map(\.action) == ["main/B"])
            #expect(try await engine.standing() == ["1 holds tenant/ann"])
        }

        @Test func `keeps a secret key to itself`() async throws {
            let engine = try await EngineDriver.start(
                EngineDriver.limited(#""name": "card", "max": 1, "by": "card_number""#)
            )
            try await engine.query("insert into secret_keys values ('Flow', 'card_number')")
            for _ in 1...2 { try await engine.enqueue("Flow", #"{"card_number": "4242424242424242"}"#) }
            #expect(try await engine.claimed() == [1])
            let texts: [String] = try await engine.values(
                """
                select gate from limit_gates union all select coalesce(gate, action_slot) from jobs
                union all select detail from explain(2) union all select note from operation_status where id = 2
                """
            )
            #expect(texts.count == 5)
            #expect(texts.allSatisfy { !$0.contains("4242") && $0.contains("#") }, "\(texts)")
        }

        @Test func `is asked again for each of two actions, one after the other`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": [["A", {"limit": {"name": "x", "max": 1}}], ["B", {"limit": "x"}]]}"#
            )
            try await engine.enqueue(2)
            #expect(try await engine.complete(engine.claimOne()).outcome == "queued")
            #expect(
                try await engine.claim().map(\.operation) == [2],
                "the first in line comes before one that comes back"
            )
            #expect(try await engine.standing() == ["1 in line for x", "2 holds x"])
            #expect(try await engine.gates() == ["x 1+1"])
        }

        @Test func `waits for its time first`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": [["A", {"perform_in": 60, "limit": {"name": "x", "max": 1}}]]}"#
            )
            try await engine.enqueue(2)
            #expect(try await engine.place(1) == "scheduled main/A")
            #expect(try await engine.claimed().isEmpty)
            #expect(try await engine.gates().isEmpty)
            try await engine.travel(by: "1 minute")
            #expect(try await engine.claimed() == [1])
            #expect(try await engine.place(2) == "waiting main/A")
        }

        @Test func `holds for operations that were parked, and for those of enqueue_many`() async throws {
            let engine = try await EngineDriver.start(
                handlers: ["Later/A"]
            )
            try await engine.query("insert into operations (name) values ('Later'), ('Later')")
            try await engine.query(
                #"select register_definition('Later', '{"main": [["A", {"limit": {"name": "x", "max": 2}}]]}')"#
            )
            try await engine.query("select enqueue_many('Later', array['{}', '{}']::jsonb[])")
            #expect(try await engine.claimed() == [1, 2])
            #expect(try await engine.gates() == ["x 2+2"])
        }
    }

    @Suite struct `A limit of operations` {
        private let plan = #"{"main": ["A", "B"], "/limit": {"name": "orders", "by": "customer", "max": 1}}"#

        @Test func `runs those of a key one after the other, from their first action to their end`()
            async throws
        {
            let engine = try await EngineDriver.start(plan)
            for customer in ["ann", "ben", "ann"] { _ = try await engine.enqueue(by: customer) }
            let jobs = try await engine.claim(10)
            #expect(jobs.map(\.operation) == [1, 2])
            let next = try #require(try await engine.complete(jobs[0]).next)
            #expect(try await engine.fail(next, after: "1 hour") == "retrying")
            #expect(
                try await engine.claimed().isEmpty,
                "it keeps its slot while it waits for another attempt"
            )
            try await engine.travel(by: "1 hour")
            #expect(try await engine.complete(engine.claimOne()).outcome == "completed")
            #expect(try await engine.claimed() == [3])
            #expect(try await engine.gates() == ["orders/ann 1+0", "orders/ben 1+0"])
            #expect(try await engine.violations().isEmpty)
        }

        @Test func `forgets a key with the last who needs it`() async throws {
            let engine = try await EngineDriver.start(plan)
            for customer in ["ann", "ben"] { _ = try await engine.enqueue(by: customer) }
            try await engine.drain()
            #expect(try await engine.claimed().isEmpty)
            #expect(try await engine.value("select count(*) from limit_gates", as: Int.self) == 0)
            #expect(try await engine.value("select count(*) from limit_releases", as: Int.self) == 0)
        }

        @Test(arguments: [false, true])
        func `keeps its slot at a wait, unless it says otherwise`(isFree: Bool) async throws {
            let engine = try await EngineDriver.start(
                #"""
                {"main": ["A", ["W", {"wait_for": "go"}], "B"], "/limit": {"name": "orders", "max": 1, "free_while_waiting": \#(isFree)}}
                """#
            )
            try await engine.enqueue(2)
            #expect(try await engine.complete(engine.claimOne()).outcome == "queued")
            #expect(try await engine.claimed() == (isFree ? [2] : []))
            try await engine.signal(1, "go")
            #expect(try await engine.standing()[0] == (isFree ? "1 comes" : "1 holds orders"))
            #expect(try await engine.claimed() == (isFree ? [] : [1]))
            #expect(try await engine.gates() == ["orders 1+1"])
            #expect(try await engine.violations().isEmpty)
        }

        @Test func `needs none for waits that come first`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": [["W", {"sleep": 60}], "A"], "/limit": {"name": "orders", "max": 1}}"#
            )
            try await engine.enqueue(2)
            #expect(try await engine.gates().isEmpty)
            try await engine.travel(by: "1 minute")
            #expect(try await engine.claimed() == [1])
            #expect(try await engine.standing() == ["1 holds orders", "2 in line for orders"])
        }

        @Test func `is taken first, and then that of the action`() async throws {
            let engine = try await EngineDriver.start(
                EngineDriver.limited(operation: #""name": "orders", "by": "customer", "max": 1"#)
            )
            for customer in ["ann", "ann", "ben"] { _ = try await engine.enqueue(by: customer) }
            let first = try await engine.claim(10)
            #expect(first.map(\.operation) == [1])
            #expect(
                try await engine.standing() == [
                    "1 holds orders/ann and stripe", "2 in line for orders/ann",
                    "3 holds orders/ben, in line for stripe",
                ]
            )
            try await engine.query("select cancel(3)")
            #expect(try await engine.claimed().isEmpty)
            #expect(try await engine.gates() == ["orders/ann 1+1", "stripe 1+0"])
            try await engine.complete(first[0])
            #expect(try await engine.gates() == ["orders/ann 1+1"])
        }

        @Test func `lets a retried operation take a slot anew`() async throws {
            let engine = try await EngineDriver.start(plan)
            for _ in 1...2 { _ = try await engine.enqueue(by: "ann") }
            #expect(try await engine.fail(engine.claimOne(), permanent: true) == "failed")
            #expect(try await engine.claimed() == [2])
            for call in [
                "retry(1)", "cancel(1)", "run_from(1, 'main', 'A')", "cancel(1)", "jump(1, 'main', 'B')",
            ] {
                try await engine.query("select \(unescaped: call)")
                #expect(try await engine.claimed().isEmpty)
            }
            #expect(try await engine.standing() == ["1 in line for orders/ann", "2 holds orders/ann"])
            #expect(try await engine.violations().isEmpty)
        }

        @Test func `lets many retried operations take slots anew`() async throws {
            let engine = try await EngineDriver.start(plan)
            for _ in 1...3 { _ = try await engine.enqueue(by: "ann") }
            for _ in 1...3 { try await engine.fail(engine.claimOne(), permanent: true) }
            #expect(
                try await engine.value("select count(*) from retry(array[1, 2, 3]::bigint[])", as: Int.self)
                    == 3
            )
            #expect(try await engine.claimed() == [1])
            #expect(try await engine.gates() == ["orders/ann 1+2"])
        }
    }
}
