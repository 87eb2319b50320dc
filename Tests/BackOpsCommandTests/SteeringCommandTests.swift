import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Testing

@Suite(.backops) struct `The commands that show and steer` {
    /// One operation that has completed (#1), one that has failed (#2), one that waits (#3).
    private func prepare() async throws {
        #expect(try await Shell.backops(["enqueue", "Greeting", "name=Ann", "n:=1"]).code == 0)
        #expect(try await Shell.backops(["enqueue", "Stumbling", "n:=2"]).code == 0)
        #expect(try await Shell.backops(["enqueue", "Greeting", "n:=3", "--in", "1h"]).code == 0)
        #expect(try await Shell.application(["work", "--drain"]).code == 0)
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
        #expect(lines[1].hasPrefix("3 ") && lines[1].contains("waiting"))
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

    @Test func `show tells the whole story`() async throws {
        try await prepare()
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
        let refused = try await Shell.backops(["retry", "--name", "Stumbling"], input: "y\n")
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
        #expect(missing.messages.contains("there is no operation 9"))
    }

    @Test func `say when the state does not allow it`() async throws {
        try await prepare()
        for arguments in [["retry", "1"], ["cancel", "1"], ["skip", "1"], ["jump", "1", "main"]] {
            let refused = try await Shell.backops(arguments)
            #expect(refused.code == 1, "\(refused.messages)")
            #expect(refused.messages.contains("operation 1 is completed"))
        }
    }
}
