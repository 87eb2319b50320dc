import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Testing

@Suite(.backops) struct `The command work` {
    @Test func `is what an application adds`() async throws {
        let help = try await Shell.application(["--help"])
        #expect(help.output.contains("work ") && help.output.contains("migrate "))
        #expect(try await Shell.backops(["work"]).code == 64)
    }

    @Test func `shows in its help what counts where nothing is said`() async throws {
        let help = try await Shell.application(["work", "--help"]).output.split(
            whereSeparator: \.isWhitespace
        )
        .joined(separator: " ")
        for words in [
            "else 100", "else 15s", "else 30s", "else 5.0s", "else default", "(default: info)",
            "default: text",
        ] {
            #expect(help.contains(words), "\(words) in \(help)")
        }
    }

    @Test func `logs to standard error, for people or machines`() async throws {
        _ = try await Shell.application(["enqueue", "Stumbling"])
        let text = try await Shell.application(["work", "--drain"])
        #expect(text.code == 0)
        #expect(text.output.isEmpty)
        #expect(text.messages.contains("action failed") && text.messages.contains("operation=Stumbling"))
        _ = try await Shell.application(["enqueue", "Greeting"])
        let json = try await Shell.application([
            "work", "--drain", "--log-format", "json", "--log-level", "debug",
        ])
        let lines = try json.messages.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        #expect(lines.allSatisfy { $0["message"]?.stringValue != nil })
        let completed = try #require(lines.first { $0["message"] == "action completed" })
        #expect(completed["operation"] == "Greeting")
        #expect(completed["operation_id"] == 2)
        #expect(completed["attempt"] == 1)
        #expect(try await Shell.application(["work", "--drain", "--log-level", "error"]).messages.isEmpty)
    }

    @Test func `serves only the queues that it is told to`() async throws {
        _ = try await Shell.application(["enqueue", "Greeting", "--queue", "a"])
        _ = try await Shell.application(["enqueue", "Greeting", "--queue", "b"])
        #expect(
            try await Shell.application(["work", "--drain", "--queue", "b", "--concurrency", "2"]).code == 0
        )
        #expect(try await Shell.application(["list", "-q", "--state", "completed"]).output == "2\n")
    }

    @Test(arguments: [
        ["--concurrency", "0"], ["--lease", "1ms"], ["--queue", "No"], ["--log-level", "loud"],
        ["--poll", "x"], ["--listen-database", "nonsense"], ["--listen-database", "", "--no-listen"],
    ])
    func `refuses settings that make no sense`(arguments: [String]) async throws {
        let refused = try await Shell.application(["work", "--drain"] + arguments)
        #expect(refused.code == 64, "\(refused.messages)")
    }

    @Test func `answers those who watch it where it is told to, and says where`() async throws {
        let worked = try await Shell.application(["work", "--drain", "--metrics", "127.0.0.1:0"])
        #expect(worked.code == 0)
        #expect(worked.messages.contains("worker can be watched address=127.0.0.1:"))
        #expect(try await Shell.application(["work", "--drain", "--metrics", "example.com:80"]).code == 64)
        let elsewhere = try await Shell.application(["work", "--drain", "--metrics", "192.0.2.1:9464"])
        #expect(elsewhere.code == 1)
        #expect(elsewhere.messages.contains("cannot listen on 192.0.2.1:9464"))
    }

    @Test func `says when the schema is missing`() async throws {
        #expect(try await Shell.application(["work", "--drain", "--schema", "not_there"]).code == 78)
    }
}

@Suite struct `The command dev` {
    @Test func `runs a command with a server, and ends with its exit code`() async throws {
        let backops = try Shell.path(of: "backops")
        let script = "'\(backops)' migrate status --check && '\(backops)' enqueue Fulfilment && exit 7"
        let finished = try await Shell.run("backops", ["dev", "--temporary", "--", "sh", "-c", script])
        #expect(finished.code == 7, "\(finished.messages)")
        #expect(finished.output.hasSuffix("#1\n"))
    }

    @Test(arguments: ["0", "65536", "x"])
    func `refuses a port that does not exist`(port: String) async throws {
        #expect(try await Shell.run("backops", ["dev", "--temporary", "--port", port]).code == 64)
    }

    @Test func `passes the signal that ended the command on, and says what cannot be run`() async throws {
        let killed = try await Shell.run("backops", ["dev", "--temporary", "--", "sh", "-c", "kill -9 $$"])
        #expect(killed.code == 137)
        let missing = try await Shell.run("backops", ["dev", "--temporary", "--", "no-such-program"])
        #expect(missing.code == 1)
        #expect(missing.messages.contains("cannot run no-such-program"))
    }
}
