import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A rate` {
        private func start(
            _ rate: String = #""name": "x", "count": 10, "per": 1"#,
            more: String = ""
        ) async throws -> EngineDriver {
            let engine = try await EngineDriver.start(
                #"{"main": [["A", {"rate": {\#(rate)}\#(more)}], "B"], "side": ["S"]}"#
            )
            try await engine.travel(to: "2027-01-01Z")
            return engine
        }

        /// The starts that were given, in tenths of seconds from a time: of those that run and those that are let in.
        private func starts(_ engine: EngineDriver) async throws -> [Int] {
            try await engine.values(
                "select round(10 * extract(epoch from paced_at - '2027-01-01Z'))::bigint from jobs where paced_at is not null order by paced_at, operation_id"
            )
        }

        @Test func `spaces starts evenly, two seconds ahead at the most`() async throws {
            let engine = try await start()
            try await engine.enqueue(50)
            #expect(try await engine.claimed() == [1])
            #expect(try await starts(engine) == Array(0...20))
            #expect(try await engine.value("select waiting from rate_gates", as: Int.self) == 29)
            for second in 1...4 {
                try await engine.travel(to: "2027-01-01 00:00:0\(second)Z")
                #expect(try await engine.claimed(100).count == 10, "in second \(second)")
            }
            #expect(try await starts(engine) == Array(0...49))
            #expect(try await engine.violations().isEmpty)
        }

        @Test func `keeps its pace over a minute, however late somebody looks`() async throws {
            let engine = try await start()
            try await engine.enqueue(700)
            var claimed = 0
            for tick in 0...150 {
                try await engine.travel(to: "2027-01-01Z")
                try await engine.travel(by: "\(Double(tick) * 0.4) seconds")
                claimed += try await engine.claimed(1000).count
            }
            #expect(claimed == 601)
            let starts = try await starts(engine)
            #expect(starts.prefix(601) == Array(0...600)[...])
        }

        @Test func `lets a burst start at once after a pause, and no second one at the edge of a window`()
            async throws
        {
            let engine = try await start(#""name": "x", "count": 10, "per": 1, "burst": 5"#)
            try await engine.enqueue(12)
            #expect(try await engine.claimed().count == 5)
            #expect(try await starts(engine) == [0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7])
            try await engine.travel(by: "1 second")
            #expect(try await engine.claimed().count == 7)
            try await engine.enqueue(12)
            _ = try await engine.claimed()
            #expect(try await starts(engine).dropFirst(12).prefix(5) == [10, 10, 10, 11, 12])
        }

        @Test func `lets the most urgent in line start first`() async throws {
            let engine = try await start()
            try await engine.enqueue(30)
            _ = try await engine.claimed()
            let urgent = try await engine.enqueue(by: "x", priority: 0)
            _ = try await engine.claimed()
            try await engine.travel(by: "1.5 seconds")
            _ = try await engine.claimed(100)
            #expect(
                try await engine.value(
                    "select min(operation_id) from jobs where paced_at = (select min(paced_at) from jobs where paced_at > '2027-01-01 00:00:02Z')",
                    as: Int64.self
                ) == urgent
            )
        }

        @Test func `counts weights, and each key for itself`() async throws {
            let engine = try await start(
                #""name": "x", "count": 10, "per": 1, "by": "customer", "weight": 4"#
            )
            for customer in ["ann", "ben", "ann", "ann"] { _ = try await engine.enqueue(by: customer) }
            #expect(try await engine.claimed() == [1, 2])
            #expect(try await starts(engine) == [0, 0, 4, 8])
        }

        @Test func `counts every attempt, and not what waits for another one`() async throws {
            let engine = try await start()
            try await engine.enqueue(2)
            let first = try await engine.claimOne()
            #expect(try await engine.fail(first, after: "5 seconds") == "retrying")
            #expect(try await starts(engine) == [1])
            try await engine.travel(by: "5 seconds")
            #expect(try await engine.claimed() == [2, 1])
            #expect(try await starts(engine) == [1, 50])
            #expect(try await engine.violations().isEmpty)
        }

        @Test func `comes before a slot, so that nobody holds one who waits for a rate`() async throws {
            let engine = try await start(
                #""name": "x", "count": 1, "per": 10"#,
                more: #", "limit": {"name": "y", "max": 1}"#
            )
            try await engine.enqueue(3)
            #expect(try await engine.claimed() == [1])
            #expect(try await engine.gates() == ["y 1+0"])
            try await engine.travel(by: "10 seconds")
            #expect(try await engine.claimed().isEmpty)
            #expect(try await engine.gates() == ["y 1+1"])
            try await engine.query("select cancel(1)")
            #expect(try await engine.claimed() == [2])
            #expect(try await engine.violations().isEmpty)
        }

        @Test func `comes behind the slot of the operation`() async throws {
            let engine = try await EngineDriver.start(
                #"""
                {"main": [["A", {"rate": {"name": "x", "count": 10, "per": 1}}], "B"], "/limit": {"name": "orders", "max": 1}}
                """#
            )
            try await engine.travel(to: "2027-01-01Z")
            try await engine.enqueue(2)
            #expect(try await engine.claimed() == [1])
            #expect(try await starts(engine) == [0])
            #expect(try await engine.violations().isEmpty)
        }

        @Test func `burns nothing with what is cancelled in line`() async throws {
            let engine = try await start(#""name": "x", "count": 1, "per": 10"#)
            try await engine.enqueue(4)
            _ = try await engine.claimed()
            try await engine.query("select cancel(array[2, 3]::bigint[])")
            try await engine.query("select jump(4, 'side')")
            try await engine.query("select run_from(4, 'main', 'A')")
            try await engine.travel(by: "10 seconds")
            #expect(try await engine.claimed() == [4])
            #expect(try await engine.violations().isEmpty)
        }

        @Test func `is another one within two seconds after set_rate, and none with null`() async throws {
            let engine = try await start(#""name": "x", "count": 1, "per": 10"#)
            try await engine.enqueue(20)
            _ = try await engine.claimed()
            try await engine.query("select set_rate('x', 2, '1 second')")
            try await engine.travel(by: "9 seconds")
            _ = try await engine.claimed()
            #expect(try await starts(engine) == [0, 95, 100, 105, 110])
            try await engine.query("select set_rate('x', null)")
            #expect(try await engine.claimed(100).count == 15)
            #expect(try await engine.violations().isEmpty)
        }

        @Test func `is another one for all keys, however many a look can let in`() async throws {
            let engine = try await start(#""name": "x", "count": 1, "per": 3600, "by": "customer""#)
            for number in 0..<24 { _ = try await engine.enqueue(by: "\(number / 2)") }
            _ = try await engine.claimed()
            #expect(try await engine.value("select sum(waiting) from rate_gates", as: Int.self) == 12)
            try await engine.query("select set_rate('x', null)")
            for _ in 0..<2 { try await engine.query("select advance_limits(1)") }
            #expect(try await starts(engine).count == 24)
            #expect(try await engine.violations().isEmpty)
        }

        @Test func `is waited for visibly`() async throws {
            let engine = try await start(#""name": "x", "count": 1, "per": 60"#)
            try await engine.enqueue(3)
            _ = try await engine.claimed()
            #expect(try await engine.place(3) == "waiting main/A")
            let row = try #require(
                try await engine.query(
                    "select reason, detail, until - clock_now() = interval '2 minutes' from explain(3)"
                ).first
            )
            #expect(try row.decode(0, as: String.self) == "rate")
            #expect(
                try row.decode(1, as: String.self)
                    == #"main/A waits for a start under the rate "x", 1 per 00:01:00: number 2 in line"#
            )
            #expect(try row.decode(2, as: Bool.self))
            #expect(
                try await engine.value("select note from operation_status where id = 3", as: String.self)
                    == #"waits for a start under the rate "x""#
            )
            #expect(
                try await engine.value(
                    "select concat_ws(' ', name, count, burst, waiting) from rate_status",
                    as: String.self
                )
                    == "x 1 1 2"
            )
            let error = await expectRefusal("OP003") { try await engine.query("select wake_up(3)") }
            #expect(error?.hint == "set_rate('x', N) lets more start; skip leaves it out.")
        }

        @Test func `is forgotten when nobody has used it for a while`() async throws {
            let engine = try await start(#""name": "x", "count": 10, "per": 1, "by": "customer""#)
            for customer in ["ann", "ben"] { _ = try await engine.enqueue(by: customer) }
            _ = try await engine.claimed()
            try await engine.travel(by: "1 minute")
            _ = try await engine.enqueue(by: "eve")
            _ = try await engine.claimed()
            #expect(
                try await engine.values("select gate from rate_gates", as: String.self) == ["/rate/x/eve"]
            )
        }
    }

    @Suite struct `Calls that are counted under a rate` {
        private func start() async throws -> EngineDriver {
            let engine = try await EngineDriver.start()
            try await engine.travel(to: "2027-01-01Z")
            try await engine.query("select set_rate('x', 10, '1 second', 2)")
            return engine
        }

        /// In how many tenths of a second to ask again; nil where the calls were counted.
        private func consume(
            _ engine: EngineDriver,
            _ count: Int32 = 1,
            key: String? = nil
        ) async throws -> Int? {
            try await engine.value(
                "select round(10 * extract(epoch from consume('x', \(count), \(key as String?)) - clock_now()))::bigint",
                as: Int?.self
            )
        }

        @Test func `are granted as long as there is room, and else told when to ask again`() async throws {
            let engine = try await start()
            #expect(try await consume(engine) == nil)
            #expect(try await consume(engine) == nil)
            #expect(try await consume(engine) == 1)
            #expect(try await consume(engine, key: "ann") == nil)
            try await engine.travel(by: "0.1 seconds")
            #expect(try await consume(engine, 5) == nil)
            #expect(try await consume(engine) == 5)
            try await engine.query("select set_rate('x', null)")
            #expect(try await consume(engine, 1000) == nil)
        }

        @Test func `are none while the rate is closed`() async throws {
            let engine = try await start()
            try await engine.query("select close_rate('x', clock_now() + interval '3 seconds')")
            #expect(try await consume(engine) == 30)
            #expect(try await consume(engine, key: "ann") == nil)
            try await engine.query("select close_rate('x', clock_now() + interval '1 second')")
            #expect(try await consume(engine) == 30, "what was closed for longer stays so")
            try await engine.query("select close_rate('x', null)")
            #expect(try await consume(engine) == nil)
            try await engine.query("select close_rate('x', clock_now() + interval '3 seconds')")
            try await engine.travel(by: "3 seconds")
            #expect(try await consume(engine) == nil)
        }

        @Test func `are counted as before when a closed rate is opened`() async throws {
            let engine = try await start()
            #expect(try await consume(engine, 5) == nil)
            try await engine.query("select close_rate('x', clock_now() + interval '1 minute')")
            _ = try await engine.claimed()
            try await engine.query("select close_rate('x', null)")
            #expect(try await consume(engine) == 4)
        }

        @Test func `keep actions from starting, too`() async throws {
            let engine = try await start()
            try await engine.query(#"select register_definition('Flow', '{"main": [["A", {"rate": "x"}]]}')"#)
            try await engine.query("select close_rate('x', clock_now() + interval '1 minute')")
            try await engine.enqueue(1)
            #expect(try await engine.claimed().isEmpty)
            try await engine.travel(by: "59 seconds")
            #expect(try await engine.claimed().isEmpty)
            try await engine.travel(by: "1 second")
            #expect(try await engine.claimed() == [1])
        }

        @Test func `close the line, too, and it goes on in order when somebody opens it`() async throws {
            let engine = try await start()
            try await engine.query(#"select register_definition('Flow', '{"main": [["A", {"rate": "x"}]]}')"#)
            try await engine.query("select set_rate('x', 1, '10 seconds', 3)")
            try await engine.enqueue(9)
            #expect(try await engine.claimed() == [1, 2, 3])
            try await engine.query("select close_rate('x', clock_now() + interval '1 minute')")
            try await engine.travel(by: "50 seconds")
            #expect(try await engine.claimed().isEmpty)
            #expect(try await engine.value("select waiting from rate_gates", as: Int.self) == 6)
            try await engine.query("select close_rate('x', null)")
            #expect(try await engine.claimed() == [4, 5, 6])
            #expect(try await engine.violations().isEmpty)
        }

        @Test func `are refused with what is wrong`() async throws {
            let engine = try await start()
            await expectRefusal("OP002") { try await engine.query("select consume('never')") }
            await expectRefusal("OP002") { try await engine.query("select close_rate('never', now())") }
            await expectRefusal("OP002") { try await engine.query("select reset_rate('never')") }
            await expectRefusal("OP003") { try await engine.query("select reset_rate('x')") }
            await expectRefusal("OP004") { try await engine.query("select consume('x', 0)") }
            await expectRefusal("OP004") { try await engine.query("select close_rate('x', 'infinity')") }
            await expectRefusal("OP004") { try await engine.query("select set_rate('a/b', 1)") }
            await expectRefusal("OP004") { try await engine.query("select set_rate('x', 0)") }
            await expectRefusal("OP004") { try await engine.query("select set_rate('x', 1, '0')") }
            await expectRefusal("OP004") {
                try await engine.query("select set_rate('x', 1, '1 second', null)")
            }
        }
    }
}
