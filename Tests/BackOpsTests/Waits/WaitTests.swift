import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A wait` {
        @Test func `lasts until its signal comes, and no worker runs it`() async throws {
            let engine = try await EngineDriver.start(EngineDriver.decision(#", "as": "decision""#))
            let id = try await engine.enqueueToWait()
            #expect(try await engine.place(id) == "waiting main/decision")
            #expect(try await engine.drain().isEmpty)
            #expect(try await engine.signal(id, "approved", #"{"by": "ann"}"#) == "delivered")
            #expect(try await engine.place(id) == "ready main/B")
            #expect(try await engine.drain() == ["main/B"])
            #expect(try await engine.state(id) == "completed")
            #expect(try await engine.waits(id) == ["decision signalled approved"])
            #expect(try await engine.signals(id) == ["approved read main/decision"])
            let decision: String = try await engine.value(
                "select concat_ws(' ', g ->> 'name', g -> 'payload', g ->> 'sent_by' = session_user, g ->> 'sent_at' ~ '^20.*Z$') from operations, jsonb(globals -> 'decision') as g"
            )
            #expect(decision == #"approved {"by": "ann"} t t"#)
        }

        @Test func `without a global for it changes no globals`() async throws {
            let engine = try await EngineDriver.start(EngineDriver.decision())
            let id = try await engine.enqueueToWait(#"{"a": 1}"#)
            try await engine.signal(id, "rejected", "5")
            #expect(try await engine.globals(id) == #"{"a": 1}"#)
            #expect(try await engine.drain() == ["main/B"])
        }

        @Test func `reads a signal that came before it`() async throws {
            let engine = try await EngineDriver.start(EngineDriver.decision(#", "as": "decision""#))
            let id = try await engine.enqueue()
            #expect(try await engine.signal(id, "rejected") == "kept")
            #expect(try await engine.signals(id) == ["rejected unread"])
            let job = try await engine.claimOne()
            #expect(try await engine.signal(id, "approved") == "kept", "it runs an action")
            try await engine.complete(job)
            #expect(try await engine.place(id) == "ready main/B")
            #expect(try await engine.signals(id) == ["rejected read main/decision", "approved unread"])
            #expect(try await engine.drain() == ["main/B"])
            #expect(try await engine.signals(id) == ["rejected read main/decision", "approved left"])
        }

        @Test func `leaves signals of other names in the inbox`() async throws {
            let engine = try await EngineDriver.start(EngineDriver.decision())
            let id = try await engine.enqueueToWait()
            #expect(try await engine.signal(id, "Approved") == "kept")
            #expect(try await engine.signal(id, "paid") == "kept")
            #expect(try await engine.place(id) == "waiting main/decision")
            try await engine.signal(id)
            #expect(
                try await engine.signals(id) == [
                    "Approved unread", "paid unread", "approved read main/decision",
                ]
            )
        }

        @Test func `reads signals first in, first out, one wait after the other`() async throws {
            let engine = try await EngineDriver.start(
                #"""
                {"main": ["A", ["one", {"wait_for": ["x", "y"], "as": "one"}], ["two", {"wait_for": "y", "as": "two"}],
                          ["three", {"wait_for": ["y", "x"], "as": "three"}], "B"]}
                """#
            )
            let id = try await engine.enqueue()
            for (name, payload) in [("y", 1), ("z", 0), ("x", 2), ("y", 3)] {
                try await engine.signal(id, name, PQJSON("\(payload)"))
            }
            try await engine.complete(engine.claimOne())
            #expect(
                try await engine.waits(id) == ["one signalled y", "two signalled y", "three signalled x"]
            )
            #expect(
                try await engine.values(
                    "select globals -> wait ->> 'payload' from operations, unnest('{one,two,three}'::text[]) as wait",
                    as: String.self
                ) == ["1", "3", "2"]
            )
            #expect(try await engine.drain() == ["main/B"])
        }

        // MARK: - Deadlines

        @Test func `that timed out fails the operation, unless told otherwise`() async throws {
            let engine = try await EngineDriver.start(EngineDriver.decision(#", "timeout": "1 hour""#))
            let id = try await engine.enqueueToWait()
            try await engine.travel(by: "59 minutes")
            #expect(try await engine.claim().isEmpty)
            #expect(try await engine.place(id) == "waiting main/decision")
            try await engine.travel(by: "1 minute")
            #expect(try await engine.claim().isEmpty)
            #expect(try await engine.place(id) == "failed main/decision")
            #expect(try await engine.history(id) == ["decision 1.1 timed_out"])
            #expect(
                try await engine.value("select error_type from operation_status", as: String.self)
                    == "WaitTimedOut"
            )
            #expect(
                try await engine.value("select error_message from operation_status", as: String.self)
                    .hasPrefix(#"no signal "approved" or "rejected" came within"#)
            )
            #expect(try await engine.value("select count(*) from failures", as: Int.self) == 1)
            #expect(try await engine.waits(id) == ["decision timed_out"])
        }

        @Test func `that timed out lets the operation go on where it is told so`() async throws {
            let engine = try await EngineDriver.start(
                EngineDriver.decision(#", "timeout": 60, "on_timeout": "go_on", "as": "decision""#)
            )
            let id = try await engine.enqueueToWait()
            try await engine.travel(by: "1 minute")
            #expect(try await engine.drain() == ["main/B"])
            #expect(try await engine.globals(id) == #"{"decision": {"timed_out": true}}"#)
            #expect(try await engine.waits(id) == ["decision timed_out"])
            #expect(try await engine.state(id) == "completed")
        }

        @Test func `that timed out goes to a branch, and then on in main`() async throws {
            let engine = try await EngineDriver.start(
                EngineDriver.decision(#", "timeout": 60, "on_timeout": {"branch": "late"}"#)
            )
            let id = try await engine.enqueueToWait()
            try await engine.travel(by: "1 minute")
            #expect(try await engine.drain() == ["late/L", "main/B"])
            #expect(try await engine.state(id) == "completed")
        }

        @Test func `may lead back to itself, a run after the other`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": [["W", {"wait_for": "go", "timeout": 60, "on_timeout": {"branch": "remind"}}], "B"], "remind": ["R"]}"#
            )
            let id: Int64 = try await engine.value("select enqueue('Flow', step_limit => 6)")
            for _ in 1...2 {
                try await engine.travel(by: "1 minute")
                #expect(try await engine.drain(jumps: ["remind/R": ("main", "W")]) == ["remind/R"])
                #expect(try await engine.place(id) == "waiting main/W")
            }
            try await engine.signal(id, "go")
            #expect(try await engine.place(id) == "ready main/B")
            #expect(try await engine.signals(id) == ["go read main/W"])
            #expect(
                try await engine.value("select run from actions where name = 'W'", as: Int.self) == 3
            )
            #expect(try await engine.drain() == ["main/B"])
        }

        @Test func `goes by the signal where that came before anybody saw the deadline`() async throws {
            let engine = try await EngineDriver.start(EngineDriver.decision(#", "timeout": 60"#))
            let id = try await engine.enqueueToWait()
            try await engine.travel(by: "1 hour")
            #expect(try await engine.signal(id) == "delivered")
            #expect(try await engine.drain() == ["main/B"])
        }

        @Test func `is over for an operation of any queue with the next claim of any worker`() async throws {
            let engine = try await EngineDriver.start(#"{"main": [["S", {"sleep": 60}], "B"]}"#)
            let other = try await EngineDriver.start(#"{"main": ["X"]}"#, name: "Other", queues: ["other"])
            let id = try await engine.enqueue()
            try await other.travel(by: "1 minute")
            #expect(try await other.claim().isEmpty)
            #expect(try await other.place(id) == "ready main/B")
        }

        @Test func `counts in what a worker sleeps until`() async throws {
            let engine = try await EngineDriver.start(#"{"main": [["S", {"sleep": 60}], "B"]}"#)
            try await engine.travel(to: "2027-01-01Z")
            let due: SQLStatement = "select extract(epoch from next_due(\(engine.worker)))::float8"
            #expect(try await engine.value(due, as: Double?.self) == nil)
            try await engine.enqueue()
            #expect(try await engine.value(due, as: Double?.self) == 60)
            try await engine.query(
                "select enqueue('Flow', branches => '{\"main\": [[\"W\", {\"wait_for\": \"x\"}]]}')"
            )
            #expect(try await engine.value(due, as: Double?.self) == 60)
            try await engine.travel(by: "1 minute")
            try await engine.drain()
            #expect(try await engine.value(due, as: Double?.self) == nil)
        }

        // MARK: - Sleeping

        @Test func `of a sleep lasts as long as it says`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A", ["S", {"sleep": "1 hour"}], "B"]}"#)
            let id = try await engine.enqueueToWait()
            try await engine.travel(by: "59 minutes 59 seconds")
            #expect(try await engine.drain().isEmpty)
            try await engine.travel(by: "1 second")
            #expect(try await engine.drain() == ["main/B"])
            #expect(try await engine.waits(id) == ["S slept"])
        }

        @Test func `of no time at all is over at once`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": [["S", {"sleep": 0}], "A", ["W", {"wait_for": "go", "timeout": 0, "on_timeout": "go_on"}], "B"]}"#
            )
            let id = try await engine.enqueue()
            #expect(try await engine.place(id) == "ready main/A")
            #expect(try await engine.drain() == ["main/A", "main/B"])
            #expect(try await engine.waits(id) == ["S slept", "W timed_out"])
        }

        @Test(arguments: [
            (#"{"at": "2027-01-02T00:00:00Z"}"#, 86_400.0), (#"{"at": "2026-01-01T00:00:00Z"}"#, nil),
            ("{}", nil), (#"{"at": null}"#, nil),
        ]) func `until a time that a global holds lasts until then`(
            globals: String,
            seconds: Double?
        ) async throws {
            let engine = try await EngineDriver.start(#"{"main": [["S", {"sleep_until": "at"}], "B"]}"#)
            try await engine.travel(to: "2027-01-01Z")
            let id = try await engine.enqueue("Flow", PQJSON(globals))
            if let seconds {
                #expect(try await engine.wait(id) == seconds)
                try await engine.travel(by: "\(seconds) seconds")
            }
            #expect(try await engine.drain() == ["main/B"])
            #expect(try await engine.waits(id) == ["S slept"])
        }

        @Test(arguments: [#""soon""#, "5", #"{"a": 1}"#, "true"])
        func `until a global that is no time fails the operation, which can be mended`(
            global: String
        ) async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A", ["S", {"sleep_until": "at"}], "B"]}"#)
            let id = try await engine.enqueueToWait(PQJSON(#"{"at": \#(global)}"#))
            #expect(try await engine.place(id) == "failed main/S")
            #expect(
                try await engine.value("select error_type from operation_status", as: String.self)
                    == "InvalidPerformAt"
            )
            try await engine.query("select set_global(\(id), 'at', null)")
            try await engine.query("select retry(\(id))")
            #expect(try await engine.drain() == ["main/B"])
        }

        // MARK: - Places

        @Test func `as first step begins when the operation does`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": [["W", {"wait_for": "go", "timeout": 60, "on_timeout": "go_on"}], "B"]}"#
            )
            let id: Int64 = try await engine.value("select enqueue('Flow', perform_in => '1 hour')")
            #expect(try await engine.place(id) == "scheduled main/W")
            #expect(try await engine.signal(id, "stop") == "kept")
            try await engine.travel(by: "1 hour")
            #expect(try await engine.drain().isEmpty)
            #expect(try await engine.place(id) == "waiting main/W")
            #expect(try await engine.wait(id) == 60)
            let early: Int64 = try await engine.value("select enqueue('Flow', perform_in => '1 hour')")
            #expect(try await engine.signal(early, "go") == "kept", "it has not begun")
            #expect(try await engine.place(early) == "scheduled main/W")
            try await engine.travel(by: "1 hour")
            #expect(try await engine.drain() == ["main/B", "main/B"])
            #expect(try await engine.waits(id) == ["W timed_out"])
            #expect(try await engine.waits(early) == ["W signalled go"])
        }

        @Test func `as last step completes the operation`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A", ["W", {"wait_for": "go"}]]}"#)
            let id = try await engine.enqueueToWait()
            #expect(try await engine.signal(id, "go") == "delivered")
            #expect(try await engine.state(id) == "completed")
            #expect(try await engine.value("select count(*) from jobs", as: Int.self) == 0)
        }

        @Test func `as only step completes the operation while it is enqueued`() async throws {
            let engine = try await EngineDriver.start(#"{"main": [["S", {"sleep": 0}]]}"#)
            let id = try await engine.enqueue()
            #expect(try await engine.state(id) == "completed")
            #expect(
                try await engine.values("select state from operations where id = any(\(engine.enqueue(3)))")
                    == ["completed", "completed", "completed"]
            )
        }

        @Test func `in a side branch leads back to main`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": ["A", "B"], "side": [["W", {"wait_for": "go"}], "S", ["Z", {"sleep": 5}]]}"#
            )
            let id = try await engine.enqueue()
            try await engine.complete(engine.claimOne(), jump: "side")
            #expect(try await engine.place(id) == "waiting side/W")
            try await engine.signal(id, "go")
            #expect(try await engine.drain() == ["side/S"])
            #expect(try await engine.place(id) == "waiting side/Z")
            try await engine.travel(by: "5 seconds")
            #expect(try await engine.drain() == ["main/B"])
        }

        @Test func `counts as a step`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A", ["W", {"wait_for": "go"}], "B"]}"#)
            let id: Int64 = try await engine.value("select enqueue('Flow', step_limit => 2)")
            try await engine.complete(engine.claimOne())
            try await engine.signal(id, "go")
            #expect(try await engine.place(id) == "failed main/B")
            #expect(
                try await engine.value("select error_type from operation_status", as: String.self)
                    == "StepLimit"
            )
            try await engine.query("select retry(\(id))")
            #expect(try await engine.drain() == ["main/B"])
        }

        @Test func `hands over to the queue and the time of the action behind it`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": [["W", {"wait_for": "go"}], ["B", {"queue": "mail", "perform_in": 60}]]}"#,
                queues: ["mail"]
            )
            let id: Int64 = try await engine.value("select enqueue('Flow', queue => 'slow')")
            try await engine.signal(id, "go")
            #expect(try await engine.place(id) == "scheduled main/B")
            #expect(try await engine.value("select queue from jobs", as: String.self) == "mail")
            try await engine.travel(by: "1 minute")
            #expect(try await engine.drain() == ["main/B"])
        }

        @Test func `is reached by what was parked, by many at once, and with a plan of their own`()
            async throws
        {
            let engine = try await EngineDriver.start(handlers: ["Later/B", "Own/B", "/B"])
            let parked = try await engine.enqueue("Later")
            #expect(try await engine.signal(parked, "go") == "kept")
            try await engine.enqueue("Later")
            let plan = #"{"main": [["W", {"wait_for": "go"}], "B"]}"#
            try await engine.query("select register_definition('Later', \(plan)::json)")
            #expect(try await engine.drain() == ["main/B"])
            try await engine.query("select enqueue_many('Later', array['{}', '{}']::jsonb[])")
            try await engine.query(
                "select enqueue_many('Own', array['{}', '{}']::jsonb[], branches => \(plan)::json)"
            )
            #expect(
                try await engine.value(
                    "select string_agg(distinct status || ' ' || action, ', ') || ' ' || count(*) from operation_status where state = 'active'",
                    as: String.self
                ) == "waiting main/W 5"
            )
            try await engine.query("select signal_where('go')")
            #expect(try await engine.drain() == Array(repeating: "main/B", count: 5))
        }

        @Test func `is over for many in a few claims, however little each has room for`() async throws {
            let engine = try await EngineDriver.start(#"{"main": [["S", {"sleep": 60}], "B"]}"#)
            try await engine.enqueue(250)
            try await engine.travel(by: "1 minute")
            let due: SQLStatement = "select extract(epoch from next_due(\(engine.worker)))::float8"
            #expect(try await engine.claim(1).count == 1)
            #expect(
                try await engine.value("select count(*) from jobs where queue = '/waits'", as: Int.self)
                    == 150
            )
            #expect(try await engine.value(due, as: Double?.self) == 0.1)
            #expect(try await engine.claim(1).count == 1)
            #expect(try await engine.value("select advance_waits()", as: Int.self) == 50)
            #expect(try await engine.value("select advance_waits()", as: Int.self) == 0)
            #expect(try await engine.value(due, as: Double?.self) == nil)
            #expect(try await engine.claim(1000).count == 248)
        }

        @Test func `whose signal has no room in the globals fails the operation, and a retry reads it`()
            async throws
        {
            let engine = try await EngineDriver.start(EngineDriver.decision(#", "as": "decision""#))
            let id = try await engine.enqueueToWait(
                PQJSON(#"{"big": "\#(String(repeating: "x", count: 900_000))"}"#)
            )
            let payload = PQJSON("\"\(String(repeating: "y", count: 200_000))\"")
            #expect(try await engine.signal(id, "approved", payload) == "kept")
            #expect(try await engine.place(id) == "failed main/decision")
            #expect(
                try await engine.value("select error_type from operation_status", as: String.self)
                    == "GlobalsTooLarge"
            )
            try await engine.query("select set_global(\(id), 'big', null)")
            try await engine.query("select retry(\(id))")
            #expect(try await engine.signals(id) == ["approved read main/decision"])
            #expect(try await engine.drain() == ["main/B"])
        }
    }
}
