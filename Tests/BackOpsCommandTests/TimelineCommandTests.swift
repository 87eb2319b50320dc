import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Testing

@testable import BackOpsCommand

@Suite(.backops) struct `The commands timeline and logs` {
    private func prepare() async throws {
        _ = try await Shell.backops(["enqueue", "Stumbling"])
        _ = try await Shell.application(["work", "--drain"])
    }

    private func store(_ lines: ClosedRange<Int>) async throws {
        try await TestDatabase.current.script(
            """
            insert into attempt_logs
              select operation_id, claim_id, n, position, run, attempt, ended_at, 'info', 'line ' || n, '{"n": "1"}'
                from attempts, generate_series(\(lines.lowerBound), \(lines.upperBound)) as n
               where operation_id = 1
            """
        )
    }

    @Test func `timeline shows every attempt in the order of time`() async throws {
        let none = try await Shell.backops(["timeline", "1"])
        #expect(none.code == 66)
        try await prepare()
        let text = try await Shell.backops(["timeline", "1"]).output.split(separator: "\n")
        #expect(text.count == 3 && text[1].contains("main/Walk") && text[1].contains("✓ completed"))
        #expect(text[2].contains("main/Fall") && text[2].contains("✗ failed"))
        let json = try await Shell.backops(["timeline", "1", "--json"]).json().arrayValue
        #expect(json?.compactMap { $0["outcome"]?.stringValue } == ["completed", "failed"])
        _ = try await Shell.backops(["enqueue", "Greeting", "--in", "1h"])
        let scheduled = try await Shell.backops(["timeline", "2"])
        #expect(
            scheduled.output.isEmpty
                && scheduled.messages.contains("nothing of #2 has run yet: it is scheduled")
        )
    }

    @Test func `logs shows all that was stored, however much`() async throws {
        try await prepare()
        let none = try await Shell.backops(["logs", "1"])
        #expect(none.code == 0 && none.output.isEmpty && none.messages.contains("attemptLogs"))
        #expect(try await Shell.backops(["logs", "1", "--json"]).json() == [])
        try await store(1...2500)
        let text = try await Shell.backops(["logs", "1"]).output.split(separator: "\n")
        #expect(text.count == 2501 && text[0] == "main/Fall, attempt 1")
        #expect(text[1].hasSuffix("info    line 1 n=1") && text[2500].hasSuffix("line 2500 n=1"))
        let json = try await Shell.backops(["logs", "1", "--json"]).json().arrayValue
        #expect(json?.compactMap { $0["message"]?.stringValue } == (1...2500).map { "line \($0)" })
        let shown = try await Shell.backops(["show", "1", "--logs"]).output
        #expect(shown.contains("… before these: backops logs 1") && !shown.contains("line 1500 "))
        #expect(try await Shell.backops(["logs", "9"]).code == 66)
        #expect(try await Shell.backops(["logs", "1", "--interval", "1ms"]).code == 64)
    }

    @Test func `logs --follow shows what comes until the operation has ended`() async throws {
        try await prepare()
        try await store(1...1)
        _ = try await Shell.backops(["retry", "1"])
        async let followed = Shell.backops(["logs", "1", "--follow", "--interval", "50ms", "--json"])
        try await store(2...2)
        _ = try await Shell.backops(["cancel", "1"])
        let lines = try await followed.output.split(separator: "\n").map {
            try JSONValue(parsing: String($0))
        }
        #expect(lines.compactMap { $0["message"]?.stringValue } == ["line 1", "line 2"])
        #expect(try await followed.code == 0)
    }

    @Test func `audit and failures give machines everything, and say to people where they stop`() async throws
    {
        try await prepare()
        try await TestDatabase.current.script(
            "insert into audit_log (action, operation_ids) select 'retry', '{1}' from generate_series(1, 60)"
        )
        #expect(try await Shell.backops(["audit", "--json"]).json().arrayValue?.count == 60)
        #expect(try await Shell.backops(["audit", "--json", "--limit", "7"]).json().arrayValue?.count == 7)
        let table = try await Shell.backops(["audit"])
        #expect(table.output.split(separator: "\n").count == 51)
        #expect(table.messages.contains("the newest 50, and there are more"))
        let page = try await Shell.backops(["show", "1"]).output
        #expect(page.contains("… and more: backops audit 1"))
        #expect(try await Shell.backops(["show", "1", "--json"]).json()["audit"]?.arrayValue?.count == 60)
        try await TestDatabase.current.script(
            """
            insert into operations (name, branches)
              select 'Many', json_build_object('main', json_build_array('A' || n))
                from generate_series(1, 55) as n;
            """
        )
        #expect(try await Shell.backops(["cancel", "--name", "Many", "--yes"]).code == 0)
    }

    @Test func `show folds attempts that ended alike`() async throws {
        try await prepare()
        try await TestDatabase.current.script(
            """
            insert into attempts (operation_id, position, run, attempt, outcome, worker, started_at, ended_at, error_type, error_message)
              select 1, 2, 1, n + 1, 'failed', 'web-' || n % 2, now(), now() - make_interval(mins => 10 - n), 'NoAnswer',
                     case when n < 6 then 'mx1 does not answer' else 'mx2 is full' end
                from generate_series(1, 6) as n
            """
        )
        let lines = try await Shell.backops(["show", "1"]).output.split(separator: "\n")
        let folded = try #require(lines.first { $0.contains("mx1 does not answer") })
        #expect(folded.contains("2–6") && folded.contains("failed ×5") && folded.contains("9m to 5m ago"))
        #expect(folded.contains("2 workers"))
        #expect(lines.count { $0.contains("mx1") } == 1 && lines.contains { $0.contains("mx2 is full") })
        let json = try await Shell.backops(["show", "1", "--json"]).json()
        #expect(json["attempts"]?.arrayValue?.count == 7)
    }
}
