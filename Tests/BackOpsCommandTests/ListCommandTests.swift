import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Testing

@testable import BackOpsCommand

@Suite(.backops) struct `The command list` {
    /// Sixty that have failed, under the numbers 1 to 60, and one that nobody knows.
    private func prepare() async throws {
        _ = try await Shell.application(["work", "--drain"])
        try await TestDatabase.current.script(
            """
            insert into operations (name, globals) select 'Stumbling', jsonb_build_object('n', n) from generate_series(1, 60) as n;
            insert into operations (name) values ('Unknown');
            """
        )
        #expect(try await Shell.application(["work", "--drain", "--concurrency", "50"]).code == 0)
    }

    @Test func `gives machines everything, and says to people where it stops`() async throws {
        try await prepare()
        let numbers = try await Shell.backops(["list", "-q", "--state", "failed"])
        #expect(numbers.output.split(separator: "\n").count == 60 && numbers.messages.isEmpty)
        let document = try await Shell.backops(["list", "--json", "--state", "failed"])
        #expect(try document.json().arrayValue?.compactMap { $0["id"]?.integerValue }.count == 60)
        let limited = try await Shell.backops(["list", "--json", "--limit", "7"])
        #expect(try limited.json().arrayValue?.count == 7)
        #expect(
            try await Shell.backops(["list", "-q", "--limit", "7"]).output.split(separator: "\n").count == 7
        )
        #expect(try await Shell.backops(["list", "--json", "--name", "Nobody"]).output == "[]\n")

        let table = try await Shell.backops(["list", "--state", "failed"])
        #expect(table.output.split(separator: "\n").count == 51)
        let last = try #require(table.output.split(separator: "\n").last?.split(separator: " ").first)
        #expect(table.messages.contains("the first 50, and there are more: --after \(last) shows"))
        let rest = try await Shell.backops(["list", "--state", "failed", "--after", String(last)])
        #expect(rest.output.split(separator: "\n").count == 11 && rest.messages.isEmpty, "\(rest.messages)")
        let whole = try await Shell.backops(["list", "--state", "failed", "--limit", "60"])
        #expect(whole.output.split(separator: "\n").count == 61 && whole.messages.isEmpty)
    }

    @Test func `does what its help shows to all of them`() async throws {
        try await prepare()
        let backops = try Shell.path(of: "backops")
        let piped = try await Shell.run(
            path: "/bin/sh",
            ["-c", "'\(backops)' list -q --state failed | xargs '\(backops)' retry"],
            variables: TestDatabase.current.variables.mapValues { $0 }
        )
        #expect(piped.code == 0, "\(piped.messages)")
        #expect(try await Shell.backops(["list", "-q", "--state", "failed"]).output.isEmpty)
        #expect(
            try await Shell.backops(["list", "-q", "--state", "ready"]).output.split(separator: "\n").count
                == 60
        )
    }

    @Test func `sorts, and shows the columns that are asked for`() async throws {
        _ = try await Shell.application(["work", "--drain"])
        for (key, queue) in [("c", "z"), ("a", "y"), ("b", "x")] {
            _ = try await Shell.backops(["enqueue", "Greeting", "who=\(key)", "--queue", queue, "--in", "1h"])
        }
        #expect(try await Shell.backops(["list", "-q", "--sort", "queue"]).output == "3\n2\n1\n")
        #expect(try await Shell.backops(["list", "-q", "--sort", "due"]).output == "1\n2\n3\n")
        #expect(try await Shell.backops(["list", "-q", "--reverse"]).output == "1\n2\n3\n")
        #expect(
            try await Shell.backops(["list", "-q", "--sort", "queue", "--after", "3"]).output == "2\n1\n"
        )
        let table = try await Shell.backops(["list", "--columns", "id,queue,globals.who"]).output
        #expect(table == "ID  QUEUE  who\n3   x      \"b\"\n2   y      \"a\"\n1   z      \"c\"\n")
        let document = try await Shell.backops([
            "list", "--json", "--columns", "id,globals.who", "--limit", "1",
        ])
        #expect(try document.json() == [["id": 3, "globals": ["who": "b"]]])
        for name in OperationColumn.names where name != "globals.KEY" {
            let members = try await Shell.backops(["list", "--json", "--columns", name, "--limit", "1"])
                .json()
            #expect(members[0]?.objectValue?.isEmpty == false, "\(name)")
        }
        let gone = try await Shell.backops(["list", "-q", "--sort", "queue", "--after", "9"])
        #expect(gone.code == 66 && gone.messages.contains("There is no operation 9."))
    }

    @Test(arguments: [
        (["--sort", "nme"], "Did you mean name?"), (["--columns", "id,stats"], "Did you mean state"),
        (["--columns", ""], "is no column"), (["--state", "retryin"], "Did you mean retrying?"),
        (["--after", "x"], "is no number"), (["-q", "--columns", "id"], "-q prints numbers"),
        (["--limit", "0"], "must be 1 or more"),
    ])
    func `refuses what makes no sense`(arguments: [String], message: String) async throws {
        let refused = try await Shell.backops(["list"] + arguments)
        #expect(refused.code == 64 && refused.output.isEmpty)
        #expect(refused.messages.contains(message), "\(refused.messages)")
    }

    @Test func `says what else was meant where it finds nothing`() async throws {
        _ = try await Shell.application(["work", "--drain"])
        _ = try await Shell.backops(["enqueue", "Greeting", "subscription_id:=1", "--in", "1h"])
        _ = try await Shell.backops([
            "enqueue", "Greeting", "subscription_id=2", "--in", "1h", "--queue", "mail",
        ])
        let number = try await Shell.backops(["list", "--where", "subscription_id=1"])
        #expect(
            number.messages
                == "no operations; as JSON it would find 1: `--where subscription_id:=1`\n"
        )
        let text = try await Shell.backops(["list", "--where", "subscription_id:=2"])
        #expect(text.messages == "no operations; as text it would find 1: `--where subscription_id=2`\n")
        #expect(
            try await Shell.backops(["list", "--where", "subscription_id=3"]).messages == "no operations\n"
        )
        #expect(
            try await Shell.backops(["list", "--queue", "mial"]).messages
                == "no operations; did you mean `--queue mail`?\n"
        )
        let retry = try await Shell.backops(["retry", "--name", "Greeting", "--yes"])
        #expect(retry.code == 0 && retry.output == "retried 0 operations\n")
        #expect(retry.messages == "2 others match, but are not failed: --state says which are meant\n")
    }
}

/// No worker holds what these tests say is running.
@Suite(.backops(checksInvariants: false)) struct `The states that list knows` {
    @Test(
        arguments: [
            ("retrying", [2]), ("running", [3]), ("scheduled", [4]), ("ready", [5]),
            ("parked", [6]),
            ("active", [6, 5, 4, 3, 2]), ("failed", [1]), ("completed", []),
        ] as [(String, [Int64])]
    )
    func `are the words of its own column`(word: String, ids: [Int64]) async throws {
        _ = try await Shell.application(["work", "--drain"])
        _ = try await Shell.backops(["enqueue", "Stumbling"])
        _ = try await Shell.application(["work", "--drain"])
        try await TestDatabase.current.script(
            """
            insert into operations (name, perform_at)
              select 'Greeting', now() + case n when 3 then interval '1 hour' else '0' end from generate_series(1, 4) as n;
            insert into operations (name) values ('Nobody');
            update jobs set attempt = 1, run_at = now() + interval '1 hour' where operation_id = 2;
            update jobs set worker_id = 1, claim_id = 1, claimed_at = now(), attempt = 1 where operation_id = 3;
            """
        )
        let found = try await Shell.backops(["list", "--json", "--state", word]).json().arrayValue ?? []
        #expect(found.compactMap { $0["id"]?.integerValue } == ids)
        if OperationStatus.known(word) != nil {
            #expect(found.allSatisfy { $0["status"]?.stringValue == word })
        }
    }

    @Test func `choose what is steered, too, as far as that can be done`() async throws {
        _ = try await Shell.application(["work", "--drain"])
        _ = try await Shell.backops(["enqueue", "Greeting"])
        _ = try await Shell.backops(["enqueue", "Greeting", "--in", "1h"])
        try await TestDatabase.current.script(
            "update jobs set attempt = 1, run_at = now() + interval '1 hour' where operation_id = 1"
        )
        let retried = try await Shell.backops(["retry", "--state", "retrying", "--yes", "--json"])
        #expect(try retried.json()["retried"] == [1], "\(retried.messages)")
        let refused = try await Shell.backops(["retry", "--state", "scheduled", "--yes"])
        #expect(
            refused.code == 64
                && refused.messages.contains("only to those that are failed or cancelled or retrying")
        )
        #expect(
            try await Shell.backops(["cancel", "--state", "scheduled", "--yes"]).output
                == "cancelled 1 operation\n"
        )
    }
}
