import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@Suite(.backops) struct `The commands that show and steer` {
    /// One operation that has completed (#1), one that has failed (#2), one that waits (#3).
    private func prepare(_ variables: [String: String?] = [:]) async throws {
        #expect(try await Shell.backops(["enqueue", "Greeting", "name=Ann", "n:=1"]).code == 0)
        #expect(try await Shell.backops(["enqueue", "Stumbling", "n:=2"]).code == 0)
        #expect(try await Shell.backops(["enqueue", "Greeting", "n:=3", "--in", "1h"]).code == 0)
        let worker = try await Shell.application(["work", "--drain"], variables: variables)
        #expect(worker.code == 0)
    }

    private func states() async throws -> String {
        try await TestDatabase.current.value(
            "select string_agg(state, ' ' order by id) from operations",
            as: String.self
        )
    }

    @Test func `list shows operations, newest first`() async throws {
        #expect(try await Shell.backops(["list"]).output.isEmpty)
        try await prepare()
        let text = try await Shell.backops(["list"])
        let lines = text.output.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines[1].hasPrefix("3 ") && lines[1].contains("scheduled"))
        #expect(lines[2].contains("failed") && lines[2].contains("the floor was wet"))
        #expect(lines[3].contains("completed"))
        #expect(!text.output.contains("\u{1b}"))
        let json = try await Shell.backops(["list", "--json"])
        #expect(try json.json().arrayValue?.compactMap { $0["id"]?.integerValue } == [3, 2, 1])
        #expect(try await Shell.backops(["list", "-q"]).output == "3\n2\n1\n")
    }

    @Test(arguments: [
        (["--state", "failed"], "2\n"), (["--state", "failed", "--state", "completed"], "2\n1\n"),
        (["--name", "Greeting"], "3\n1\n"),
        (["--where", "n:=1"], "1\n"), (["--where", "n=1"], ""),
        (["--where", "n:=1", "--where", "name=Ann"], "1\n"),
        (["--since", "1h", "--limit", "1"], "3\n"), (["--name", "Nobody"], ""),
    ])
    func `list finds what matches`(arguments: [String], ids: String) async throws {
        try await prepare()
        #expect(try await Shell.backops(["list", "-q"] + arguments).output == ids)
    }

    @Test(arguments: [60, 80, 120])
    func `list fits the terminal`(width: Int) async throws {
        try await prepare()
        let text = try await Shell.backops(["list"], variables: ["COLUMNS": "\(width)", "FORCE_COLOR": "1"])
        #expect(text.output.contains("\u{1b}[31m"))
        for line in try await Shell.backops(["list"], variables: ["COLUMNS": "\(width)"]).output.split(
            separator: "\n"
        ) {
            #expect(line.count <= width)
        }
    }

    @Test func `show tells on request what attempts logged`() async throws {
        try await prepare()
        #expect(try await Shell.backops(["show", "2", "--logs"]).output.contains("nothing that was stored"))
        try await TestDatabase.current.query(
            """
            insert into attempt_logs
              select operation_id, claim_id, n, position, run, attempt, ended_at, 'warning', 'slip ' || n || E'\\x1b[2J', '{"floor": "3"}'
                from attempts, generate_series(1, 2) as n
               where operation_id = 2
            """
        )
        let text = try await Shell.backops(["show", "2", "--logs"]).output
        #expect(text.contains("main/Fall, attempt 1\n"))
        #expect(text.contains(#/Z warning slip 1 \[2J floor=3\n.*Z warning slip 2/#))
        #expect(try await !Shell.backops(["show", "2"]).output.contains("slip"))
        let lines = try await Shell.backops(["show", "2", "--logs", "--json"]).json()["logs"]?.arrayValue
        #expect(lines?.count == 2)
        #expect(lines?.last?["message"]?.stringValue == "slip 2\u{1b}[2J")
        #expect(lines?.last?["metadata"] == ["floor": "3"])
    }

    @Test func `show tells the whole story`() async throws {
        try await prepare(["TEST_STACK_TRACES": "on"])
        let text = try await Shell.backops(["show", "2"])
        #expect(text.code == 0)
        for part in [
            "Stumbling #2", "✓ Walk", "✗ Fall", "○ Rise", "the floor was wet", "backops retry 2", "attempt 1",
        ] {
            #expect(text.output.contains(part), "\(part) in \(text.output)")
        }
        let json = try await Shell.backops(["show", "2", "--json"]).json()
        #expect(json["state"]?.stringValue == "failed")
        #expect(json["globals"] == ["n": 2])
        #expect(
            json["actions"]?.arrayValue?.compactMap { $0["status"]?.stringValue } == [
                "completed", "failed", "open",
            ]
        )
        #expect(json["attempts"]?[0]?["outcome"]?.stringValue == "failed")
        #expect(json["actions"]?[1]?["stack_trace"]?.stringValue?.isEmpty == false)
    }

    @Test func `retry, skip, jump, run-from, set and cancel change one operation`() async throws {
        try await prepare()
        #expect(try await Shell.backops(["retry", "2"]).output == "retried #2\n")
        #expect(try await states() == "completed active active")
        #expect(
            try await Shell.backops(["skip", "2", "--json"]).json()["action"]?.stringValue == "main/Rise"
        )
        #expect(try await Shell.backops(["jump", "#2", "main/Walk"]).output.contains("main/Walk"))
        #expect(try await Shell.backops(["cancel", "2", "--reason", "enough"]).code == 0)
        #expect(try await Shell.backops(["show", "2"]).output.contains("enough"))
        #expect(try await Shell.backops(["run-from", "1", "aside"]).output.contains("aside/Whisper"))
        #expect(
            try await Shell.backops(["set", "1", "x:=[1]", "y=2", "--remove", "n", "--json"]).json()[
                "globals"
            ]?["x"] == [1]
        )
        #expect(try await Shell.backops(["show", "1", "--json"]).json()["globals"]?["n"] == nil)
        #expect(try await states() == "active cancelled active")
    }

    @Test func `bulk needs --yes where nobody can answer`() async throws {
        try await prepare()
        _ = try await Shell.backops(["cancel", "3"])
        // More than a pipe would hold, which it does not read.
        let answers = String(repeating: "y\n", count: 50_000)
        let refused = try await Shell.backops(["retry", "--name", "Stumbling"], input: answers)
        #expect(refused.code == 64)
        #expect(refused.messages.contains("1 operation") && refused.messages.contains("--yes"))
        #expect(try await states() == "completed failed cancelled")
        let preview = try await Shell.backops(["retry", "--where", "n:=2", "--dry-run"])
        #expect(preview.output.hasPrefix("would have retried 1 operation"))
        #expect(try await states() == "completed failed cancelled")
        let done = try await Shell.backops(["retry", "--since", "1h", "--yes", "--json"])
        #expect(try done.json()["retried"] == [2])
        #expect(try await states() == "completed active cancelled")
        #expect(
            try await Shell.backops(["cancel", "--state", "active", "--yes"]).output
                == "cancelled 1 operation\n"
        )
        #expect(try await Shell.backops(["cancel", "--name", "Nobody"]).output == "cancelled 0 operations\n")
        #expect(try await states() == "completed cancelled cancelled")
    }

    @Test(arguments: [
        ["retry"], ["cancel"], ["retry", "1", "--name", "x"], ["retry", "--state", "active"],
        ["cancel", "--state", "failed"],
        ["show"], ["show", "x"], ["jump", "1"], ["jump", "1", "/"], ["set", "1"], ["list", "--state", "odd"],
        ["list", "--limit", "0"],
        ["jump", "2", "nowhere"], ["lst"], ["migrate", "upp"],
    ])
    func `refuse what makes no sense`(arguments: [String]) async throws {
        try await prepare()
        let refused = try await Shell.backops(arguments)
        #expect(refused.code == 64, "\(refused.messages)")
        #expect(!refused.messages.isEmpty && refused.output.isEmpty)
    }

    @Test(arguments: [
        ["show", "9"], ["retry", "9"], ["cancel", "9"], ["jump", "9", "main"], ["skip", "9"],
        ["set", "9", "a=b"],
    ])
    func `say when there is no such operation`(arguments: [String]) async throws {
        let missing = try await Shell.backops(arguments)
        #expect(missing.code == 66, "\(missing.messages)")
        #expect(missing.messages.contains("There is no operation 9."))
    }

    @Test func `say when the state does not allow it`() async throws {
        try await prepare()
        for arguments in [["retry", "1"], ["cancel", "1"], ["skip", "1"], ["jump", "1", "main"]] {
            let refused = try await Shell.backops(arguments)
            #expect(refused.code == 1, "\(refused.messages)")
            #expect(refused.messages.contains("Operation 1 is completed"))
        }
    }
}

@Suite(.backops) struct `Steering many operations` {
    /// Three that have failed (#1, #2, #3), one of them with a label, and one that has completed (#4).
    private func prepare() async throws {
        for arguments in [["n:=1"], ["n:=2", "--tag", "eu"], ["n:=3"]] {
            _ = try await Shell.backops(["enqueue", "Stumbling"] + arguments)
        }
        _ = try await Shell.backops(["enqueue", "Greeting", "--queue", "default"])
        _ = try await Shell.application(["work", "--drain"])
    }

    private func paths(_ ids: String) async throws -> [String?] {
        try await ids.split(separator: ",").asyncMap {
            try await Shell.backops(["show", "\($0)", "--json"]).json()["action"]?.stringValue
        }
    }

    @Test func `jump, skip, run-from and set take a selection`() async throws {
        try await prepare()
        let jumped = try await Shell.backops(["jump", "main/Rise", "--tag", "eu", "--yes"])
        #expect(jumped.output == "moved 1 operation\n", "\(jumped.messages)")
        #expect(try await paths("1,2") == ["main/Fall", "main/Rise"])
        let skipped = try await Shell.backops(["skip", "--where", "n:=1", "--yes", "--json"])
        #expect(try skipped.json() == ["skipped": [1], "dry_run": false])
        let set = try await Shell.backops(["set", "dry:=true", "--name", "Stumbling", "--yes"])
        #expect(set.output == "changed 3 operations\n")
        #expect(try await Shell.backops(["list", "-q", "--where", "dry:=true"]).output == "3\n2\n1\n")
        let again = try await Shell.backops(["run-from", "main", "--state", "completed", "--yes"])
        #expect(again.output == "restarted 1 operation\n")
        #expect(try await paths("4") == ["main/Greet"])
    }

    @Test func `several numbers are done one after the other`() async throws {
        try await prepare()
        #expect(try await Shell.backops(["jump", "1", "#2", "main/Rise"]).output == "moved #1 #2\n")
        #expect(try await Shell.backops(["skip", "1", "2"]).output == "skipped #1 #2\n")
        let halfway = try await Shell.backops(["set", "3", "9", "a=b"])
        #expect(halfway.code == 66 && halfway.output == "changed #3\n")
    }

    @Test func `says which could not be changed, and changes the others`() async throws {
        try await prepare()
        let mixed = try await Shell.backops([
            "jump", "main/Part", "--since", "1h", "--state", "failed", "--yes",
        ])
        #expect(mixed.code == 1 && mixed.output == "moved 0 operations\n")
        #expect(mixed.messages.contains("3 operations") && mixed.messages.contains("says why"))
    }

    @Test(arguments: [
        ["jump", "main/Rise", "--since", "1h"], ["skip", "--since", "1h"],
        ["run-from", "main", "--name", "Stumbling"], ["set", "a=b", "--name", "Stumbling"],
        ["cancel", "--state", "active", "--since", "1h"],
    ])
    func `asks nobody where nobody can answer, and shows instead what it would do`(
        arguments: [String]
    ) async throws {
        try await prepare()
        _ = try await Shell.backops(["enqueue", "Greeting", "--in", "1h"])
        let refused = try await Shell.backops(arguments, input: "y\n")
        #expect(refused.code == 64 && refused.messages.contains("--yes"))
        let shown = try await Shell.backops(arguments + ["-n"])
        #expect(shown.code == 0 && shown.output.hasPrefix("would have "))
        #expect(try await Shell.backops(["list", "-q", "--state", "failed"]).output == "3\n2\n1\n")
    }

    @Test func `list finds by label and queue, and fails if it is asked to`() async throws {
        try await prepare()
        _ = try await Shell.backops(["enqueue", "Greeting", "--queue", "mail"])
        #expect(try await Shell.backops(["list", "-q", "--tag", "eu"]).output == "2\n")
        #expect(try await Shell.backops(["list", "-q", "--queue", "mail"]).output == "5\n")
        #expect(try await Shell.backops(["list", "-q", "--until", "1h"]).output.isEmpty)
        #expect(try await Shell.backops(["list", "--state", "failed", "--fail-if-any"]).code == 3)
        #expect(try await Shell.backops(["list", "--state", "cancelled", "--fail-if-any"]).code == 0)
        let misspelled = try await Shell.backops(["list", "--name", "Stumblin"])
        #expect(misspelled.messages.contains("did you mean `--name Stumbling`?"))
    }
}

extension Array {
    fileprivate func asyncMap<R>(_ transform: (Element) async throws -> R) async rethrows -> [R] {
        var results: [R] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
