import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A schedule` {
        @Test func `is created once, and changes only when it is told something else`() async throws {
            let engine = try await EngineDriver.withSchedule()
            let row: SQLStatement = "select schedules::text from schedules"
            let before: String = try await engine.value(row)
            try await engine.travel(by: "10 minutes")
            try await engine.schedule("cron => '0 * * * *'")
            #expect(try await engine.value(row) == before)
            try await engine.schedule("cron => '30 * * * *', queue => 'reports'")
            let changed = try await engine.values(
                "select slots || ' ' || queue || ' ' || next_local from schedule_status",
                as: String.self
            )
            #expect(changed == ["30 * * * * reports 2024-03-01 12:30:00"])
            let audited: [String] = try await engine.values(
                "select details ->> 'cron' from audit order by id"
            )
            #expect(audited == ["0 * * * *", "30 * * * *"])
        }

        @Test(arguments: [
            ("cron => '0 0 * * *', every => '1 hour'", "a schedule has either cron or every"),
            ("starts_at => now()", "a schedule has either cron or every"),
            ("cron => '0 0 32 * *'", "day of month: 32 is not 1 to 31"),
            (
                "cron => '0 0 * * *', time_zone => 'Europe/Atlantis'",
                #"time zone: "Europe/Atlantis" is unknown"#
            ),
            ("cron => '0 0 * * *', time_zone => 'CEST'", #"time zone: "CEST" is unknown"#),
            ("cron => '0 0 * * *', time_zone => null", "time zone: null is unknown"),
            ("every => '0.5 s'", "every: 00:00:00.5 is shorter than a second"),
            ("every => '1 month'", "every: 1 mon has months, whose length differs"),
            ("every => '20 years'", "every: 20 years is longer than ten years"),
            ("every => '1 hour', starts_at => 'infinity'", "starts_at: infinity never comes"),
            (
                "every => '1 hour', starts_at => '2025-01-01+00', ends_at => '2024-12-31+00'",
                "ends_at: 2024-12-31 00:00:00+00 is before starts_at 2025-01-01 00:00:00+00"
            ),
            (
                "every => '1 hour', overlap => 'queue'",
                #"overlap: "queue" is not skip, buffer, allow or cancel"#
            ),
            ("every => '1 hour', overlap => null", "overlap: null is not skip, buffer, allow or cancel"),
            ("every => '1 hour', catch_up => 'some'", #"catch_up: "some" is not latest, all or none"#),
            ("every => '1 hour', catch_up_limit => 0", "catch_up_limit: 0 is not 1 to 100000"),
            (
                "every => '1 hour', catch_up_window => '1 s'",
                "catch_up_window: 00:00:01 is not a minute to ten years"
            ),
            ("every => '1 hour', jitter => '-1 s'", "jitter: -00:00:01 is not 0 to a day"),
            ("every => '1 hour', pause_after_failures => 0", "pause_after_failures: 0 is not 1 or more"),
        ])
        func `is refused with the argument at fault`(arguments: String, message: String) async throws {
            let engine = try await EngineDriver.withSchedule()
            let error = await expectRefusal("OP004") { try await engine.schedule(arguments) }
            #expect(error?.message == message)
        }

        @Test func `is refused when it is new and has no slot, and may be ended`() async throws {
            let engine = try await EngineDriver.withSchedule()
            let error = await expectRefusal("OP004") {
                try await engine.query(
                    "select schedule('s', 'Report', '0 0 1 1 *', ends_at => '2024-04-01+00')"
                )
            }
            #expect(error?.message == "the schedule has no slot")
            try await engine.schedule("cron => '0 0 1 1 *', ends_at => '2024-04-01+00'")
            #expect(try await engine.value("select status from schedule_status") == "ended")
            #expect(try await engine.value("select schedules_due_in() is null"))
        }

        @Test func `goes by time that passes, from its start on`() async throws {
            let engine = try await EngineDriver.withSchedule(
                "every => '90 minutes', starts_at => '2024-03-01 06:00+00'"
            )
            let slots: SQLStatement = "select to_char(slot, 'HH24:MI') from next_slots('r', 3)"
            #expect(try await engine.values(slots) == ["13:30", "15:00", "16:30"])
            try await engine.schedule(
                "every => '90 minutes', starts_at => '2024-03-01 18:00+00', ends_at => '2024-03-01 20:59+00'"
            )
            #expect(try await engine.values(slots) == ["18:00", "19:30"])
        }

        @Test func `shows its slots on the clock of its zone, and which a gap has moved`() async throws {
            let engine = try await EngineDriver.withSchedule()
            let preview = try await engine.values(
                """
                select concat_ws(' ', slot, local, case when shifted then 'shifted' end)
                  from preview_slots('30 2 * * *', 'Europe/Berlin', 3, '2024-03-30 00:00+00')
                """,
                as: String.self
            )
            #expect(
                preview == [
                    "2024-03-30 01:30:00+00 2024-03-30 02:30:00",
                    "2024-03-31 01:00:00+00 2024-03-31 03:00:00 shifted",
                    "2024-04-01 00:30:00+00 2024-04-01 02:30:00",
                ]
            )
            let rules: [String] = try await engine.values(
                "select left(p.rule, 24) from unnest('{30 2 * * *,*/5 * * * *}'::text[]) as cron, preview_slots(cron, n => 1) as p"
            )
            #expect(
                rules
                    == ["is a fixed time: once rig", "goes by elapsed time, be"].map { String($0.prefix(24)) }
            )
        }

        @Test func `that does not exist is refused, and one with a name like it is suggested`() async throws {
            let engine = try await EngineDriver.withSchedule()
            try await engine.query("select schedule('nightly', 'Report', every => '1 day')")
            for call in [
                "run_schedule('nigthly')", "pause_schedule('nigthly')", "resume_schedule('nigthly')",
                "unschedule('nigthly')", "next_slots('nigthly')",
            ] {
                let error = await expectRefusal("OP002") {
                    try await engine.query(SQLStatement(unescaped: "select \(call)"))
                }
                #expect(error?.message == #"there is no schedule "nigthly""#)
                #expect(error?.hint == #"Did you mean "nightly"?"#)
            }
        }

        @Test func `is removed with what it skipped, and leaves its operations`() async throws {
            let engine = try await EngineDriver.withSchedule()
            _ = try await engine.sweep(at: "13:00")
            _ = try await engine.sweep(at: "14:00")
            #expect(try await engine.skipped() == ["14:00-14:00 1 active"])
            try await engine.query("select unschedule('r', 'not needed')")
            #expect(try await engine.sweep(at: "15:00") == [])
            #expect(try await engine.skipped() == [])
            #expect(try await engine.slots() == ["13:00 active"])
            #expect(
                try await engine.value("select reason from audit order by id desc limit 1") == "not needed"
            )
        }
    }
}
