import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    /// No slot is lost without a record, and none that runs is recorded as skipped.
    @Suite struct `The record of skipped slots` {
        @Test func `leaves out slots that waited between skipped ones, and ran`() async throws {
            let engine = try await EngineDriver.withSchedule("cron => '0 * * * *', overlap => 'buffer'")
            _ = try await engine.sweep(at: "13:00")
            #expect(try await engine.sweep(at: "14:00") == ["14:00 buffered active"])
            #expect(try await engine.sweep(at: "15:00") == ["15:00 skipped 1 buffered"])
            try await engine.end()
            #expect(try await engine.sweep(at: "15:20") == ["14:00 enqueued buffered"])
            #expect(try await engine.sweep(at: "16:00") == ["16:00 buffered active"])
            #expect(try await engine.sweep(at: "17:00") == ["17:00 skipped 1 buffered"])
            #expect(try await engine.sweep(at: "18:00") == ["18:00 skipped 1 buffered"])
            #expect(try await engine.skipped() == ["15:00-15:00 1 buffered", "17:00-18:00 2 buffered"])
        }

        @Test func `has a slot that waited when failures paused the schedule`() async throws {
            let engine = try await EngineDriver.withSchedule(
                "cron => '0 * * * *', overlap => 'buffer', pause_after_failures => 1"
            )
            _ = try await engine.sweep(at: "13:00")
            #expect(try await engine.sweep(at: "14:00") == ["14:00 buffered active"])
            try await engine.end(failing: true)
            #expect(
                try await engine.sweep(at: "14:10") == ["14:00 skipped 1 paused", "15:00 paused failures"]
            )
            #expect(try await engine.skipped() == ["14:00-14:00 1 paused"])
            try await engine.travel(to: "2024-03-01 15:30+00")
            try await engine.query("select resume_schedule('r')")
            #expect(try await engine.skipped() == ["14:00-15:00 2 paused"])
            #expect(try await engine.sweep(at: "16:00") == ["16:00 enqueued"])
        }

        /// Whether the schedule was created by hand, or code declares it.
        @Test(arguments: [nil, "shop"]) func `has no detail for a pause without a reason`(
            _ application: String?
        ) async throws {
            let engine = try await EngineDriver.withSchedule()
            try await engine.query("update schedules set application = \(application)")
            try await engine.query("select pause_schedule('r')")
            try await engine.travel(to: "2024-03-01 14:30+00")
            try await engine.query("select resume_schedule('r')")
            #expect(try await engine.skipped() == ["13:00-14:00 2 paused"])
            let details: [String?] = try await engine.values("select detail from skipped_slots")
            #expect(details == [nil])
        }

        @Test func `has a slot that waited, and then could not be enqueued`() async throws {
            let engine = try await EngineDriver.withSchedule("cron => '0 * * * *', overlap => 'buffer'")
            _ = try await engine.sweep(at: "13:00")
            #expect(try await engine.sweep(at: "14:00") == ["14:00 buffered active"])
            #expect(try await engine.sweep(at: "15:00") == ["15:00 skipped 1 buffered"])
            try await engine.breakSchedule()
            #expect(try await engine.sweep(at: "16:00") == ["16:00 skipped 2 error"])
            #expect(
                try await engine.skipped() == [
                    "15:00-15:00 1 buffered", "14:00-14:00 1 error", "16:00-16:00 1 error",
                ]
            )
            #expect(
                try await engine.value(
                    "select skipped_count = 3 and buffered_slot is null from schedule_status",
                    as: Bool.self
                )
            )
        }

        @Test func `has the last slot of a schedule that waited, and then could not be enqueued`()
            async throws
        {
            let engine = try await EngineDriver.withSchedule(
                "cron => '0 * * * *', overlap => 'buffer', ends_at => '2024-03-01 14:30+00'"
            )
            _ = try await engine.sweep(at: "13:00")
            #expect(try await engine.sweep(at: "14:00") == ["14:00 buffered active"])
            try await engine.breakSchedule()
            #expect(try await engine.sweep(at: "14:40") == ["14:00 skipped 1 error"])
            #expect(try await engine.skipped() == ["14:00-14:00 1 error"])
            #expect(try await engine.value("select status = 'ended' from schedule_status", as: Bool.self))
        }
    }
}

extension EngineDriver {
    /// Ends the active operation, and gives the schedule globals that the operation refuses.
    fileprivate func breakSchedule() async throws {
        try await end()
        try await query(
            #"select register_definition('Report', '{"main": [["A", {"perform_at_global": "at"}]]}')"#
        )
        try await query(#"update schedules set globals = '{"at": 5}'"#)
    }
}
