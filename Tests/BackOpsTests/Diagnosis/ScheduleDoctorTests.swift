import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@Suite(.backops, .timeLimit(.minutes(5))) struct `A doctor that looks at schedules` {
    private func findings() async throws -> [String] {
        let diagnosis = await Doctor(TestDatabase.current.database).examine()
        return diagnosis.findings.filter { $0.check == "schedules" }.map { "\($0.level) \($0.found)" }
    }

    @Test func `finds those that are overdue, fail, were paused by failures, or enqueue what nobody knows`()
        async throws
    {
        #expect(try await findings() == ["fine schedules enqueue what is due"])
        try await TestDatabase.current.query(#"select register_definition('Report', '{"main": ["A"]}')"#)
        for name in ["a", "b", "c", "d"] {
            try await TestDatabase.current.query(
                "select schedule(\(name), 'Report', every => '1 day', pause_after_failures => 2)"
            )
        }
        #expect(try await findings() == ["fine schedules enqueue what is due"])
        try await TestDatabase.current.script(
            """
            update schedules set due_at = clock_now() - interval '10 minutes' where name = 'a';
            update schedules set last_error = 'its globals are broken', last_errored_at = clock_now() where name = 'b';
            update schedules set failures_count = 2, paused_at = clock_now(), due_at = null, pause_reason = 'it fails' where name = 'c';
            select pause_schedule('d', 'holiday');
            select schedule('e', 'Raport', every => '1 day');
            """
        )
        #expect(
            try await findings() == [
                #"failure the schedule "a" is due for 10 min, and no worker looks"#,
                #"failure the schedule "b" could not enqueue its operation "Report": its globals are broken"#,
                #"warning the schedule "c" is paused: it fails"#,
                #"warning the schedule "e" enqueues "Raport", which no worker has registered"#,
            ]
        )
    }
}
