import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `Schedules that many sessions sweep` {
        @Test func `run each slot once, and lose none`() async throws {
            let first = try await EngineDriver.withSchedule()
            try await first.query(
                "select schedule('s' || n, 'Report', cron => '* * * * *', overlap => 'allow', catch_up => 'all') from generate_series(1, 20) as n"
            )
            try await first.query("select unschedule('r')")
            try await withThrowingTaskGroup { group in
                for _ in 1...8 {
                    group.addTask {
                        let session = try await EngineDriver.start()
                        for minute in 1...15 {
                            try await session.travel(to: "2024-03-01 12:\(minute):00+00")
                            while try await session.value(
                                "select schedules_due_in() <= interval '0'",
                                as: Bool.self
                            ) {
                                // What another session holds is not due here.
                                if try await session.value(
                                    "select count(*) = 0 from run_schedules(7)",
                                    as: Bool.self
                                ) {
                                    break
                                }
                            }
                        }
                        await session.connection.close()
                    }
                }
                try await group.waitForAll()
            }
            _ = try await first.sweep(at: "12:15:00")
            let rows: [String] = try await first.values(
                """
                select concat_ws(' ', count(*), count(distinct slot), min(slot), max(slot)) from operations group by schedule
                """
            )
            #expect(
                rows == Array(repeating: "15 15 2024-03-01 12:01:00+00 2024-03-01 12:15:00+00", count: 20)
            )
            #expect(
                try await first.value("select sum(run_count)::integer from schedules", as: Int.self) == 300
            )
        }

        @Test func `are created once by sessions that declare the same`() async throws {
            let sessions = try await withThrowingTaskGroup { group in
                for _ in 1...8 { group.addTask { try await EngineDriver.start() } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let ids = try await withThrowingTaskGroup { group in
                for session in sessions {
                    group.addTask {
                        try await session.value(
                            "select schedule('r', 'Report', cron => '0 * * * *')",
                            as: Int64.self
                        )
                    }
                }
                return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
            }
            #expect(ids.count == 1)
            #expect(try await sessions[0].value("select count(*) from audit", as: Int64.self) == 1)
        }

        @Test func `are passed over while another session has them`() async throws {
            let engine = try await EngineDriver.withSchedule()
            let other = try await EngineDriver.start()
            try await other.writeTimesAsExpected()
            try await engine.travel(to: "2024-03-01 13:00+00")
            try await other.travel(to: "2024-03-01 13:00+00")
            try await other.query("begin")
            #expect(try await other.sweep() == ["13:00 enqueued"])
            #expect(try await engine.sweep() == [])
            try await other.query("rollback")
            #expect(try await engine.sweep() == ["13:00 enqueued"])
        }

        @Test func `cost one look into an index while none is due`() async throws {
            let engine = try await EngineDriver.withSchedule()
            try await engine.query(
                """
                insert into schedules (name, operation, every, starts_at, decided_until, next_at, due_at)
                  select 's' || n, 'Report', '1 day', clock_now(), clock_now(), clock_now() + make_interval(mins => 40 + n), clock_now() + make_interval(mins => 40 + n)
                    from generate_series(1, 20000) as n
                """
            )
            try await engine.query("analyze schedules")
            #expect(try await engine.fewestPages("select schedules_due_in()") < 10)
            #expect(try await engine.fewestPages("select run_schedules()") < 20)
        }
    }
}
