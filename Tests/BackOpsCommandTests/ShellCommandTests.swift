import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Foundation
import Testing

@testable import BackOpsCommand

@Suite(.backops) struct `The command completions` {
    @Test(arguments: ["bash", "zsh", "fish"])
    func `prints what the shell itself can read`(shell: String) async throws {
        let script = try await Shell.application(["completions", shell])
        #expect(script.code == 0)
        for word in ["check-deploy", "run-from", "fail-if-any"] { #expect(script.output.contains(word)) }
        // Where that shell is installed, it must find no error.
        guard
            let path = ["/bin", "/usr/bin"].map({ "\($0)/\(shell)" }).first(
                where: FileManager.default.fileExists
            )
        else { return }
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).\(shell)")
        try script.output.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let check = try await Shell.run(path: path, ["-n", file.path])
        #expect(check.code == 0, "\(check.messages)")
    }

    @Test func `completes names and numbers from the database`() async throws {
        _ = try await Shell.backops(["enqueue", "Greeting"])
        _ = try await Shell.backops(["enqueue", "Stumbling"])
        _ = try await Shell.application(["work", "--drain"])
        let name = ["---completion", "list", "--", "--name"]
        #expect(try await Shell.backops(name + ["1", "1", "S"]).output == "Stumbling\n")
        // The last is of every worker.
        let names = "Greeting\nStumbling\nbackops.backfill\n"
        #expect(try await Shell.backops(name + ["1", "1", ""]).output == names)
        let id = ["---completion", "show", "--", "positional@0", "2", "0", "backops", "show", ""]
        #expect(try await Shell.backops(id).output == "2\n1\n")
    }

    @Test func `completes states, places and keys`() async throws {
        _ = try await Shell.application(["work", "--drain"])
        _ = try await Shell.backops([
            "enqueue", "Greeting", "who=Ann", "times:=2", "--in", "1h", "--tag", "eu", "--key", "k",
        ])
        func words(
            _ command: String,
            _ option: String,
            _ line: [String],
            _ index: Int
        ) async throws -> [String] {
            let asked = ["---completion", command, "--", option, "\(index)", "\(line[index].count)"] + line
            return try await Shell.backops(asked).output.split(separator: "\n").map(String.init)
        }
        let line = ["backops", "jump", "1", ""]
        #expect(
            try await words("jump", "positional@0", line, 3)
                == ["aside", "aside/Whisper", "main", "main/Greet", "main/Part"]
        )
        let anywhere = try await words("run-from", "positional@0", ["backops", "run-from", "main/"], 2)
        #expect(
            anywhere.contains("main/Greet") && anywhere.contains("main/Walk") && !anywhere.contains("aside"),
            "\(anywhere)"
        )
        #expect(try await words("set", "positional@0", ["backops", "set", "1", "t"], 3) == ["times:="])
        #expect(
            try await words("set", "--remove", ["backops", "set", "1", "--remove", ""], 4) == [
                "times", "who",
            ]
        )
        #expect(
            try await words("enqueue", "positional@1", ["backops", "enqueue", "Greeting", ""], 3)
                == ["times:=", "who="]
        )
        #expect(try await words("list", "--where", ["backops", "list", "--where", "w"], 3) == ["who="])
        #expect(try await words("list", "--tag", ["backops", "list", "--tag", ""], 3) == ["eu"])
        for shell in ["bash", "zsh", "fish"] {
            let script = try await Shell.application(["completions", shell]).output
            for word in StateWord.all { #expect(script.contains(word), "\(shell) \(word)") }
        }
    }

    @Test func `completes nothing, and says nothing, where there is no database`() async throws {
        let dead = try await Shell.backops(
            ["---completion", "list", "--", "--name", "1", "1", ""],
            variables: ["BACKOPS_DATABASE_URL": "host=127.0.0.1 port=1"]
        )
        #expect(dead.output.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty && dead.messages.isEmpty)
    }

    @Test(arguments: [["completions"], ["completions", "tcsh"]])
    func `refuses other shells`(arguments: [String]) async throws {
        let refused = try await Shell.backops(arguments)
        #expect(refused.code == 64 && refused.output.isEmpty)
    }
}

@Suite(.backops) struct `The command man` {
    @Test func `prints a page with every command, whose every line roff can read`() async throws {
        let page = try await Shell.application(["man"]).output
        #expect(page.hasPrefix(".TH \"BACKOPSCOMMANDTESTAPPLICATION\" 1"))
        for name in ["work", "check\\-deploy", "list", "migrate down", "run\\-from"] {
            #expect(page.contains(".SS \"BackOpsCommandTestApplication \(name)"), "\(name)")
        }
        let known = [
            ".TH", ".SH", ".SS", ".PP", ".TP", ".RS", ".RE", ".nf", ".fi", ".br", ".B ", ".I ", ".RI",
        ]
        for line in page.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'") {
            #expect(known.contains { line.hasPrefix($0) }, "\(line)")
        }
    }
}

@Suite(.backops) struct `The command sql` {
    @Test func `runs psql with the schema in its search_path`() async throws {
        _ = try await Shell.backops(["enqueue", "Greeting"])
        let found = try await Shell.sql(["-XAtc", "select id, name from operation_status"])
        #expect(found.output == "1|Greeting\n", "\(found.messages)")
        let piped = try await Shell.sql(["-XAt"], input: "select count(*) from jobs;\n")
        #expect(piped.output == "1\n")
        #expect(try await Shell.sql(["-XAtc", "select nonsense"]).code == 1)
    }

    @Test func `says when psql is missing`() async throws {
        let missing = try await Shell.backops(["sql"], variables: ["PATH": "/nowhere"])
        #expect(missing.code == 1 && missing.messages.contains("cannot run psql"))
    }
}
