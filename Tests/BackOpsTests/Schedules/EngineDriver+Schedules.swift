import BackOpsTesting
import LibPQ
import Testing

extension EngineDriver {
    /// A driver in front of a schedule, with the clock at noon of 1 March 2024 in UTC.
    static func withSchedule(_ arguments: String = "cron => '0 * * * *'") async throws -> EngineDriver {
        let engine = try await start(#"{"main": ["A"]}"#, name: "Report")
        try await engine.writeTimesAsExpected()
        try await engine.travel(to: "2024-03-01 12:00:30+00")
        try await engine.schedule(arguments)
        return engine
    }

    /// Makes texts of times and intervals the same whatever the server's settings are.
    func writeTimesAsExpected() async throws {
        try await connection.script(
            "set timezone = 'UTC'; set datestyle = 'ISO, MDY'; set intervalstyle = 'postgres'"
        )
    }

    /// Creates or changes the schedule `r` of the operation Report.
    func schedule(_ arguments: String) async throws {
        try await query(SQLStatement(unescaped: "select schedule('r', 'Report', \(arguments))"))
    }

    /// What the sweep did: `12:00 enqueued`, `12:00 skipped 3 late`.
    func sweep(at time: String? = nil) async throws -> [String] {
        if let time { try await travel(to: "2024-03-01 \(time)+00") }
        return try await values(
            """
            select concat_ws(' ', to_char(slot, 'HH24:MI'), outcome, case when outcome = 'skipped' then slots end, reason) from run_schedules()
            """
        )
    }

    /// Slots that enqueued an operation, with its state.
    func slots() async throws -> [String] {
        try await values(
            "select to_char(slot, 'HH24:MI') || ' ' || state from operations where schedule = 'r' order by id"
        )
    }

    /// Runs of skipped slots: `13:00-15:00 3 active`.
    func skipped() async throws -> [String] {
        try await values(
            """
            select concat_ws(' ', to_char(first_slot, 'HH24:MI') || '-' || to_char(last_slot, 'HH24:MI'), count, reason)
              from skipped_slots order by id
            """
        )
    }

    /// Ends the active operations of the schedule.
    func end(failing: Bool = false) async throws {
        guard failing else {
            try await drain()
            return
        }
        for job in try await claim(5) { try await fail(job, permanent: true) }
    }
}
