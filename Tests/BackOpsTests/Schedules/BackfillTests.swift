import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A backfill` {
        /// Starts one from 6:00 to 11:30 of a schedule of every hour that began at 12:00.
        private static func start(_ arguments: String = "") async throws -> EngineDriver {
            let engine = try await EngineDriver.withSchedule()
            try await engine.query(
                SQLStatement(
                    unescaped:
                        "select backfill_schedule('r', '2024-03-01 06:00+00', '2024-03-01 11:30+00'\(arguments))"
                )
            )
            return engine
        }

        /// One turn of its action: what was done, how many are active, whether there is more.
        private static func advance(_ engine: EngineDriver) async throws -> String {
            try await engine.value(
                """
                with step as (
                  select o.id, a.* from operations o, advance_backfill(o.id) as a where o.name = 'backops.backfill' and o.state = 'active'
                )
                update operations o
                   set globals = o.globals || jsonb_build_object('next_after', slot_text(s.next_after), 'active', to_jsonb(s.active), 'done', s.done)
                  from step s
                 where o.id = s.id
                returning concat_ws(' ', s.done, 'of', s.slots, cardinality(s.active), case when s.has_more then 'more' end)
                """
            )
        }

        private static func slots(_ engine: EngineDriver) async throws -> [String] {
            try await engine.values(
                "select to_char(slot, 'HH24:MI') || ' ' || state from operations where slot is not null order by id"
            )
        }

        @Test func `runs the slots of a time span, the oldest first, as many at once as it may`() async throws
        {
            let engine = try await Self.start(", concurrency => 2")
            #expect(try await Self.advance(engine) == "2 of 6 2 more")
            #expect(try await Self.slots(engine) == ["06:00 active", "07:00 active"])
            #expect(try await Self.advance(engine) == "2 of 6 2 more")
            try await engine.end()
            #expect(try await Self.advance(engine) == "4 of 6 2 more")
            try await engine.end()
            #expect(try await Self.advance(engine) == "6 of 6 2 more")
            try await engine.end()
            #expect(try await Self.advance(engine) == "6 of 6 0")
            #expect(try await Self.slots(engine).count == 6)
            #expect(
                try await engine.value(
                    "select string_agg(key, ' ' order by slot) from operations where slot < '2024-03-01 07:30+00'"
                )
                    == "r/2024-03-01T06:00:00Z r/2024-03-01T07:00:00Z"
            )
        }

        @Test func `is refused by its action where somebody enqueued it without its limits`() async throws {
            let engine = try await Self.start()
            for globals in [
                #"{"schedule": "r", "since": "0001-01-01T00:00:00Z", "until": "2024-03-01T06:00:00Z"}"#,
                #"{"schedule": "r", "since": "0001-01-01T00:00:00Z", "until": "2024-03-01T06:00:00Z", "slots": 10001}"#,
                #"{"schedule": "r"}"#,
            ] {
                let id = try await engine.enqueue("backops.backfill", PQJSON(globals))
                await expectRefusal("OP004") { try await engine.query("select advance_backfill(\(id))") }
            }
        }

        @Test func `runs the newest first where it is told to`() async throws {
            let engine = try await Self.start(", newest_first => true, concurrency => 10")
            #expect(try await Self.advance(engine) == "6 of 6 6")
            #expect(
                try await Self.slots(engine).map { String($0.prefix(5)) } == [
                    "11:00", "10:00", "09:00", "08:00", "07:00", "06:00",
                ]
            )
        }

        @Test func `leaves out slots that have an operation, and what was enqueued before its worker died`()
            async throws
        {
            let engine = try await EngineDriver.withSchedule()
            _ = try await engine.sweep(at: "13:00")
            try await engine.end()
            try await engine.travel(to: "2024-03-01 14:30+00")
            #expect(
                try await engine.values(
                    """
                    select concat_ws(' ', slots, already_run, to_char(first_slot, 'HH24:MI'), to_char(last_slot, 'HH24:MI'))
                      from preview_backfill('r', '2024-03-01 12:00+00', '2024-03-01 14:00+00')
                    """
                ) == ["3 1 12:00 14:00"]
            )
            try await engine.query(
                "select backfill_schedule('r', '2024-03-01 12:00+00', '2024-03-01 14:00+00', 2)"
            )
            let id: Int64 = try await engine.value(
                "select id from operations where name = 'backops.backfill'"
            )
            // A worker that dies here has not written down how far it is.
            try await engine.query("select advance_backfill(\(id))")
            #expect(try await Self.advance(engine) == "3 of 3 2 more")
            #expect(try await Self.slots(engine) == ["13:00 completed", "12:00 active", "14:00 active"])
            // The schedule itself finds 14:00 run.
            try await engine.end()
            _ = try await engine.sweep(at: "14:30")
            #expect(try await Self.slots(engine).count == 3)
        }

        @Test func `counts back from the start of a schedule that goes by elapsed time`() async throws {
            let engine = try await EngineDriver.withSchedule(
                "every => '90 minutes', starts_at => '2024-03-01 18:00+00'"
            )
            #expect(
                try await engine.values(
                    """
                    select concat_ws(' ', slots, to_char(first_slot, 'HH24:MI'), to_char(last_slot, 'HH24:MI'))
                      from preview_backfill('r', '2024-03-01 05:00+00', '2024-03-01 12:00+00')
                    """
                ) == ["5 06:00 12:00"]
            )
        }

        @Test func `starts nothing more when it is cancelled`() async throws {
            let engine = try await Self.start()
            #expect(try await Self.advance(engine) == "1 of 6 1 more")
            let id: Int64 = try await engine.value(
                "select id from operations where name = 'backops.backfill'"
            )
            try await engine.query("select cancel(\(id), 'enough')")
            await expectRefusal("OP002") { try await engine.query("select advance_backfill(\(id))") }
            #expect(try await Self.slots(engine) == ["06:00 active"])
        }

        @Test(arguments: [
            ("'none', '2024-03-01+00', '2024-03-01 06:00+00'", "OP002", #"there is no schedule "none""#),
            (
                "'r', '2024-03-02+00', '2024-03-01+00'", "OP004",
                "since 2024-03-02 00:00:00+00, until 2024-03-01 00:00:00+00: there is no such time span"
            ),
            (
                "'r', null, '2024-03-01+00'", "OP004",
                "since null, until 2024-03-01 00:00:00+00: there is no such time span"
            ),
            (
                "'r', '-infinity', '2024-03-01+00'", "OP004",
                "since -infinity, until 2024-03-01 00:00:00+00: there is no such time span"
            ),
            (
                "'r', '2024-03-01+00', '2024-03-01 13:00+00'", "OP004",
                "until: 2024-03-01 13:00:00+00 has not come yet"
            ),
            (
                "'r', '2024-03-01 06:01+00', '2024-03-01 06:59+00'", "OP004",
                #"the schedule "r" has no slot from 2024-03-01 06:01:00+00 to 2024-03-01 06:59:00+00"#
            ),
            (
                "'r', '2020-03-01+00', '2024-03-01+00'", "OP004",
                #"the schedule "r" has more than 10000 slots from 2020-03-01 00:00:00+00 to 2024-03-01 00:00:00+00"#
            ),
            ("'r', '2024-03-01+00', '2024-03-01 06:00+00', 0", "OP004", "concurrency: 0 is not 1 to 100"),
            (
                "'r', '2024-03-01+00', '2024-03-01 06:00+00', newest_first => null", "OP004",
                "newest_first: null is not true or false"
            ),
        ])
        func `is refused with what is wrong`(arguments: String, state: String, message: String) async throws {
            let engine = try await EngineDriver.withSchedule()
            let error = await expectRefusal(state) {
                try await engine.query(SQLStatement(unescaped: "select backfill_schedule(\(arguments))"))
            }
            #expect(error?.message == message)
            #expect(try await engine.value("select count(*) from operations", as: Int.self) == 0)
        }
    }
}
