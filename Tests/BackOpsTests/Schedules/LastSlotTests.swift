import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `The last slot before a time` {
        /// A search by halves that takes whole seconds once stood still at a fraction of one.
        @Test func `is found whatever fraction of a second the schedule and the sweep have`() async throws {
            let engine = try await EngineDriver.withSchedule()
            try await engine.query("select unschedule('r')")
            try await engine.travel(to: "2024-03-01 12:00:00.3+00")
            try await engine.query("set statement_timeout = '20 s'")
            try await engine.schedule("cron => '1-57/7 0 12 1 3 *'")
            try await engine.travel(to: "2024-03-01 12:02:00.5+00")
            #expect(try await engine.sweep() == ["12:00 skipped 8 late", "12:00 enqueued"])
        }
    }
}
