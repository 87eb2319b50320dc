import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A slot of a schedule` {
        @Test func `enqueues an operation that knows it, once, when it is due and not before`() async throws {
            let engine = try await EngineDriver.withSchedule(
                #"cron => '0 * * * *', globals => '{"year": 2024}', queue => 'reports', priority => 3, tags => '{nightly}'"#
            )
            #expect(try await engine.value("select schedules_due_in()::text") == "00:59:30")
            #expect(try await engine.sweep(at: "12:59:59") == [])
            #expect(try await engine.sweep(at: "13:00") == ["13:00 enqueued"])
            #expect(try await engine.sweep() == [])
            let row: String = try await engine.value(
                "select concat_ws(' ', name, key, slot, queue, priority, tags, globals) from operations"
            )
            #expect(
                row
                    == #"Report r/2024-03-01T13:00:00Z 2024-03-01 13:00:00+00 reports 3 {nightly} {"year": 2024}"#
            )
            #expect(
                try await engine.value(
                    "select concat_ws(' ', status, next_at, last_slot, last_state, run_count) from schedule_status"
                )
                    == "active 2024-03-01 14:00:00+00 2024-03-01 13:00:00+00 active 1"
            )
        }

        @Test func `is skipped by default while an operation is active, in one row for a run of them`()
            async throws
        {
            let engine = try await EngineDriver.withSchedule()
            #expect(try await engine.sweep(at: "13:00") == ["13:00 enqueued"])
            for hour in ["14:00", "15:00", "16:00"] {
                #expect(try await engine.sweep(at: hour) == ["\(hour) skipped 1 active"])
            }
            try await engine.end()
            #expect(try await engine.sweep(at: "17:00") == ["17:00 enqueued"])
            #expect(try await engine.sweep(at: "18:00") == ["18:00 skipped 1 active"])
            #expect(try await engine.skipped() == ["14:00-16:00 3 active", "18:00-18:00 1 active"])
            let detail: String = try await engine.value(
                "select last_skip_detail || skipped_count from schedule_status"
            )
            #expect(detail == "operation 2 is active4")
        }

        @Test func `waits for the end of the active operation with overlap buffer, one alone`() async throws {
            let engine = try await EngineDriver.withSchedule("cron => '0 * * * *', overlap => 'buffer'")
            #expect(try await engine.sweep(at: "13:00") == ["13:00 enqueued"])
            #expect(try await engine.sweep(at: "14:00") == ["14:00 buffered active"])
            #expect(try await engine.sweep(at: "15:00") == ["15:00 skipped 1 buffered"])
            #expect(try await engine.sweep(at: "15:10") == [])
            try await engine.end()
            #expect(try await engine.sweep(at: "15:20") == ["14:00 enqueued buffered"])
            #expect(try await engine.sweep(at: "16:00") == ["16:00 buffered active"])
            #expect(try await engine.slots() == ["13:00 completed", "14:00 active"])
        }

        @Test func `runs beside the others with overlap allow`() async throws {
            let engine = try await EngineDriver.withSchedule("cron => '0 * * * *', overlap => 'allow'")
            for hour in ["13:00", "14:00", "15:00"] {
                #expect(try await engine.sweep(at: hour) == ["\(hour) enqueued"])
            }
            #expect(try await engine.slots() == ["13:00 active", "14:00 active", "15:00 active"])
            // And all of them count when that changes.
            try await engine.schedule("cron => '0 * * * *', overlap => 'skip'")
            #expect(try await engine.sweep(at: "16:00") == ["16:00 skipped 1 active"])
        }

        @Test func `ends what is active with overlap cancel, also what runs`() async throws {
            let engine = try await EngineDriver.withSchedule("cron => '0 * * * *', overlap => 'cancel'")
            #expect(try await engine.sweep(at: "13:00") == ["13:00 enqueued"])
            let job = try await engine.claimOne()
            #expect(try await engine.sweep(at: "14:00") == ["14:00 enqueued"])
            #expect(try await engine.slots() == ["13:00 cancelled", "14:00 active"])
            #expect(try await engine.complete(job).outcome == "stale")
            #expect(
                try await engine.value("select reason from audit where action = 'cancel'")
                    == #"the schedule "r" has its next slot"#
            )
        }

        @Test func `is the last one that runs late by default; those before are recorded`() async throws {
            let engine = try await EngineDriver.withSchedule()
            #expect(try await engine.sweep(at: "17:40") == ["16:00 skipped 4 late", "17:00 enqueued"])
            #expect(try await engine.skipped() == ["13:00-16:00 4 late"])
        }

        @Test func `runs late with all the others with catch_up all, up to the limit`() async throws {
            let engine = try await EngineDriver.withSchedule(
                "cron => '*/10 * * * *', overlap => 'allow', catch_up => 'all', catch_up_limit => 25"
            )
            let events = try await engine.sweep(at: "17:05")
            #expect(events.prefix(2) == ["12:50 skipped 5 late", "13:00 enqueued"])
            #expect(events.count == 21)
            #expect(try await engine.sweep().count == 5)
            #expect(try await engine.sweep() == [])
            let slots = try await engine.slots()
            #expect(slots.count == 25)
            #expect(slots.last == "17:00 active")
        }

        /// One too many, and the time between them a power of two seconds: what halves it meets every slot.
        @Test func `runs late with all the others up to the limit where slots are a second apart`()
            async throws
        {
            let engine = try await EngineDriver.withSchedule(
                "every => '1 second', overlap => 'allow', catch_up => 'all', catch_up_limit => 64"
            )
            try await engine.travel(to: "2024-03-01 12:01:35+00")
            #expect(try await engine.sweep().prefix(2) == ["12:00 skipped 1 late", "12:00 enqueued"])
        }

        @Test func `waits for the one before with catch_up all, where they may not overlap`() async throws {
            let engine = try await EngineDriver.withSchedule("cron => '0 * * * *', catch_up => 'all'")
            for hour in ["13:00", "14:00", "15:00"] {
                #expect(try await engine.sweep(at: hour == "13:00" ? "15:30" : nil) == ["\(hour) enqueued"])
                try await engine.travel(by: "5 seconds")
                #expect(try await engine.sweep() == [])
                try await engine.end()
                try await engine.travel(by: "5 seconds")
            }
            #expect(try await engine.skipped() == [])
            #expect(try await engine.sweep(at: "16:00") == ["16:00 enqueued"])
        }

        @Test func `does not run more than a minute late with catch_up none`() async throws {
            let engine = try await EngineDriver.withSchedule(
                "cron => '* * * * *', catch_up => 'none', overlap => 'allow'"
            )
            #expect(try await engine.sweep(at: "12:10:30") == ["12:09 skipped 9 late", "12:10 enqueued"])
        }

        @Test func `does not run later than the window, and a year without workers leaves two rows`()
            async throws
        {
            let engine = try await EngineDriver.withSchedule(
                "cron => '* * * * *', catch_up_window => '1 hour'"
            )
            try await engine.travel(to: "2025-03-01 12:00:30+00")
            #expect(
                try await engine.sweep() == [
                    "11:00 skipped 1001 window", "11:59 skipped 59 late", "12:00 enqueued",
                ]
            )
            #expect(try await engine.skipped() == ["12:01-11:00 1001 window", "11:01-11:59 59 late"])
        }

        @Test func `is late, or later than the window, only when it is so by more than that`() async throws {
            let window = try await EngineDriver.withSchedule(
                "cron => '0 * * * *', catch_up_window => '2 hours', catch_up => 'all', overlap => 'allow'"
            )
            #expect(
                try await window.sweep(at: "16:00") == [
                    "13:00 skipped 1 window", "14:00 enqueued", "15:00 enqueued", "16:00 enqueued",
                ]
            )
            let late = try await EngineDriver.withSchedule(
                "cron => '* * * * *', catch_up => 'none', overlap => 'allow'"
            )
            #expect(try await late.sweep(at: "12:10") == ["12:08 skipped 8 late", "12:09 enqueued"])
        }

        @Test func `becomes due a little later with jitter, by as much whenever it is asked`() async throws {
            let engine = try await EngineDriver.withSchedule("cron => '0 * * * *', jitter => '10 minutes'")
            let delays: SQLStatement =
                "select extract(epoch from due_at - slot)::float8 from next_slots('r', 24)"
            let first: [Double] = try await engine.values(delays)
            #expect(first.allSatisfy { (0..<600).contains($0) })
            #expect(Set(first).count > 20)
            #expect(try await engine.values(delays) == first)
            let due: String = try await engine.value("select (due_at - interval '1 ms')::text from schedules")
            try await engine.travel(to: due)
            #expect(try await engine.sweep() == [])
            try await engine.travel(by: "1 ms")
            #expect(try await engine.sweep() == ["13:00 enqueued"])
            #expect(try await engine.value("select slot::text from operations") == "2024-03-01 13:00:00+00")
        }

        @Test func `is only moved where the zones have changed since it was computed`() async throws {
            let engine = try await EngineDriver.withSchedule(
                "cron => '30 15 * * *', time_zone => 'Europe/Berlin'"
            )
            // What a database of zones left behind that had summer time by then.
            try await engine.query(
                "update schedules set next_at = '2024-03-01 13:30+00', due_at = '2024-03-01 13:30+00'"
            )
            #expect(try await engine.sweep(at: "13:30") == [])
            #expect(try await engine.value("select next_at::text from schedules") == "2024-03-01 14:30:00+00")
            #expect(try await engine.sweep(at: "14:30") == ["14:30 enqueued"])
        }

        @Test func `that cannot be enqueued stops no other, and the reason is in the schedule`() async throws
        {
            let engine = try await EngineDriver.withSchedule()
            try await engine.query(
                #"select register_definition('Timed', '{"main": [["A", {"perform_at_global": "at"}]]}')"#
            )
            try await engine.query(
                "select schedule('bad', 'Timed', cron => '0 * * * *', globals => '{\"at\": 5}'), schedule('later', 'Report', cron => '0 * * * *')"
            )
            let events = try await engine.sweep(at: "13:00")
            #expect(events.sorted() == ["13:00 enqueued", "13:00 enqueued", "13:00 skipped 1 error"])
            let row: SQLStatement =
                "select concat_ws(' ', status, next_at, last_error) from schedule_status where name = 'bad'"
            let shown: String = try await engine.value(row)
            #expect(shown.hasPrefix("failing 2024-03-01 14:00:00+00 "))
            #expect(shown.contains(#"the global "at""#), "\(shown)")
            try await engine.query(
                #"select schedule('bad', 'Timed', cron => '0 * * * *', globals => '{"at": "2024-03-02T00:00:00Z"}')"#
            )
            try await engine.end()
            _ = try await engine.sweep(at: "14:00")
            #expect(try await engine.value(row) == "active 2024-03-01 15:00:00+00")
        }

        @Test func `whose time zone is gone is looked at again later, and the reason is in the schedule`()
            async throws
        {
            let engine = try await EngineDriver.withSchedule()
            try await engine.query("update schedules set time_zone = 'Nowhere/Gone'")
            #expect(try await engine.sweep(at: "13:00") == ["skipped 0 error"])
            let row: SQLStatement =
                "select concat_ws(' ', status, next_local, due_at::time, last_error) from schedule_status"
            #expect(
                try await engine.value(row) == #"failing 13:05:00 time zone "Nowhere/Gone" not recognized"#
            )
            try await engine.query("update schedules set time_zone = 'UTC'")
            #expect(try await engine.sweep(at: "13:05") == ["13:00 enqueued"])
            try await engine.end()
            #expect(try await engine.sweep(at: "14:00") == ["14:00 enqueued"])
        }

        @Test func `is not lost to a fault of the moment`() async throws {
            let engine = try await EngineDriver.withSchedule()
            try await engine.travel(to: "2024-03-01 13:00+00")
            let other = try await EngineDriver.start()
            try await other.query("begin")
            try await other.query("lock table operations in exclusive mode")
            try await engine.query("set lock_timeout = '20 ms'")
            await expectRefusal("55P03") { try await engine.query("select run_schedules()") }
            try await other.query("rollback")
            #expect(try await engine.sweep() == ["13:00 enqueued"])
        }

        @Test func `pauses the schedule after failures in a row`() async throws {
            let engine = try await EngineDriver.withSchedule("cron => '0 * * * *', pause_after_failures => 2")
            #expect(try await engine.sweep(at: "13:00") == ["13:00 enqueued"])
            try await engine.end(failing: true)
            #expect(try await engine.sweep(at: "14:00") == ["14:00 enqueued"])
            try await engine.end()
            #expect(try await engine.sweep(at: "15:00") == ["15:00 enqueued"])
            try await engine.end(failing: true)
            #expect(try await engine.sweep(at: "16:00") == ["16:00 enqueued"])
            try await engine.end(failing: true)
            #expect(try await engine.sweep(at: "17:00") == ["17:00 paused failures"])
            #expect(try await engine.sweep(at: "18:00") == [])
            let row: String = try await engine.value(
                "select status || ': ' || pause_reason from schedule_status"
            )
            #expect(row == "paused: 2 operations in a row have failed, operation 4 the last")
            #expect(
                try await engine.value("select reason from audit where action = 'pause_schedule'")
                    == String(row.dropFirst(8))
            )
            try await engine.query("select resume_schedule('r')")
            #expect(try await engine.skipped() == ["17:00-18:00 2 paused"])
            #expect(try await engine.sweep(at: "19:00") == ["19:00 enqueued"])
        }
    }

    @Suite struct `A paused schedule` {
        @Test func `skips its slots until it is resumed, and records them`() async throws {
            let engine = try await EngineDriver.withSchedule()
            try await engine.query("select pause_schedule('r', 'holiday')")
            #expect(try await engine.sweep(at: "15:30") == [])
            #expect(try await engine.value("select schedules_due_in() is null"))
            try await engine.query("select resume_schedule('r')")
            #expect(try await engine.skipped() == ["13:00-15:00 3 paused"])
            #expect(try await engine.sweep(at: "16:00") == ["16:00 enqueued"])
            await expectRefusal("OP003") { try await engine.query("select resume_schedule('r')") }
        }

        @Test func `goes on by itself at the time that was given`() async throws {
            let engine = try await EngineDriver.withSchedule()
            try await engine.query("select pause_schedule('r', until => '2024-03-01 14:30+00')")
            #expect(try await engine.sweep(at: "14:20") == [])
            #expect(try await engine.sweep(at: "14:31") == [])
            #expect(try await engine.sweep(at: "15:00") == ["15:00 enqueued"])
            #expect(try await engine.skipped() == ["13:00-14:00 2 paused"])
            await expectRefusal("OP004") {
                try await engine.query("select pause_schedule('r', until => '2024-03-01 14:30+00')")
            }
        }

        @Test func `runs when it is told to, and its next slot finds that operation`() async throws {
            let engine = try await EngineDriver.withSchedule()
            try await engine.query("select pause_schedule('r', 'holiday')")
            let id: Int64 = try await engine.value("select run_schedule('r', 'the auditor is here')")
            #expect(
                try await engine.value("select slot::text from operations where id = \(id)")
                    == "2024-03-01 12:00:30+00"
            )
            try await engine.query("select resume_schedule('r')")
            #expect(try await engine.sweep(at: "13:00") == ["13:00 skipped 1 active"])
            #expect(
                try await engine.value(
                    "select operation_ids from audit where action = 'run_schedule'",
                    as: [Int64].self
                ) == [id]
            )
        }
    }
}
