import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@testable import BackOpsCommand

@Suite struct `Advice in the terminal` {
    @Test(arguments: [
        ("SELECT backops.retry(2) tries at once.", "`backops retry 2` tries at once."),
        ("SELECT shop.run_from(2, 'main', 'Charge') runs it", "`backops run-from 2 main/Charge` runs it"),
        ("SELECT backops.reschedule(2, now()) starts it", "`backops reschedule 2 --to now` starts it"),
        ("SELECT \"My\".resume('mail')", "`backops resume mail`"),
        (
            "operation 7 is completed: run_from(id, branch, action) runs",
            "operation 7 is completed: `backops run-from 7 branch/action` runs"
        ),
        (
            "set_global(3, 'deliver_at', '\"2027-01-01T08:00:00Z\"') sets it.",
            "`backops set 3 deliver_at=2027-01-01T08:00:00Z` sets it."
        ),
        (
            "operation 9 is active; see operation_status for what it waits for.",
            "operation 9 is active; `backops explain 9` says what it waits for."
        ),
        ("SELECT backops.run_from(2, 'main', 'It''s') x", #"`backops run-from 2 'main/It'\''s'` x"#),
        (
            "SELECT backops.close_rate('shop', null, 'ann') opens it.",
            "`backops rate shop --open --key ann` opens it."
        ),
        (
            "rate_lines says of which keys, and close_rate('shop', null, KEY) opens one.",
            "`backops rates NAME` says of which keys, and `backops rate shop --open --key KEY` opens one."
        ),
        (
            "reset_rate('shop') and set_rate('shop', N)",
            "`backops rate shop --reset` and `backops rate shop N`"
        ),
        (
            "set_queue_fairness('my mail', 'tenant', '{\"acme\": 3, \"it''s\": 0.5}') and set_queue_fairness('mail', null).",
            #"`backops share-queue 'my mail' --by tenant --weight 'it'\''s=0.5' --weight acme=3` and `backops share-queue mail --off`."#
        ),
        (
            "fair_queue_lines shows them: set_queue_fairness('mail', GLOBAL).",
            "`backops queues NAME` shows them: `backops share-queue mail --by GLOBAL`."
        ),
        ("worker_lock(4) and f(x) stay", "worker_lock(4) and f(x) stay"),
    ])
    func `names commands where the database names calls`(sql: String, words: String) {
        #expect(CommandAdvice.text(sql) == words)
    }
}

@Suite struct `Advice of an application` {
    @Test func `names its own command`() {
        Program.$name.withValue("shop") {
            #expect(
                CommandAdvice.text("SELECT backops.retry(2) tries at once.")
                    == "`shop retry 2` tries at once."
            )
            #expect(
                CommandAdvice.text("an older one: run `backops migrate up`")
                    == "an older one: run `shop migrate up`"
            )
            let missing = BackOpsError(.schemaMissing, message: "run `backops migrate up`")
            #expect(Problem(missing)?.message == "run `shop migrate up`")
        }
    }
}

@Suite(.backops) struct `What explain, show and errors advise` {
    private func prepare() async throws {
        for name in ["Greeting", "Stumbling"] { _ = try await Shell.backops(["enqueue", name]) }
        _ = try await Shell.application(["work", "--drain"])
        _ = try await Shell.backops(["enqueue", "Greeting", "--in", "1h"])
    }

    @Test(arguments: [
        (["explain", "1"], "`backops run-from 1 main/Greet`"), (["explain", "2"], "`backops retry 2`"),
        (["explain", "3"], "`backops reschedule 3 --to now`"),
        (["show", "3"], "`backops reschedule 3 --to now`"),
        (["cancel", "1"], "`backops run-from 1 branch/action`"), (["retry", "3"], "`backops explain 3`"),
    ])
    func `is a command`(arguments: [String], command: String) async throws {
        try await prepare()
        let said = try await Shell.backops(arguments)
        #expect((said.output + said.messages).contains(command), "\(said.output)\(said.messages)")
        #expect(!(said.output + said.messages).contains("SELECT"))
    }

    @Test func `is SQL in psql, which runs`() async throws {
        try await prepare()
        for (id, call) in [(1, "run_from(1, 'main', 'Greet')"), (2, "retry(2)"), (3, "reschedule(3, now())")]
        {
            let advice = try await TestDatabase.current.value(
                "select advice from explain(\(Int64(id)))",
                as: String.self
            )
            #expect(advice.contains("SELECT \(TestDatabase.current.schema).\(call)"), "\(advice)")
            #expect(try await Shell.sql(["-XAtqc", "select \(call)"]).code == 0)
        }
    }

    @Test func `of a third crash is why it ended there`() async throws {
        _ = try await Shell.backops(["enqueue", "Greeting"])
        try await TestDatabase.current.script(
            "select register_definition('Greeting', '{\"main\": [\"Greet\"]}')"
        )
        try await TestDatabase.current.script(
            """
            do $$
            declare v_worker bigint;
            begin
              for i in 1..3 loop
                insert into workers (id, host, pid, queues, handlers, slots, lease) values (i, 'h', i, '{default}', '{Greeting/Greet}', 1, '1 min')
                  returning id into v_worker;
                update jobs set worker_id = v_worker, claim_id = i, claimed_at = now(), attempt = i where operation_id = 1;
                perform record_crashes('{1}', 'h pid ' || i);
                delete from workers where id = v_worker;
              end loop;
            end $$;
            """
        )
        let shown = try await Shell.backops(["show", "1"]).output
        #expect(shown.contains("the third crash in a row ended it"), "\(shown)")
        #expect(shown.contains("1–3") || shown.contains("crashed"))
        let explained = try await Shell.backops(["explain", "1"]).output
        #expect(explained.contains("(the third crash in a row ends an operation)"), "\(explained)")
    }

    @Test func `show and explain take several numbers`() async throws {
        try await prepare()
        let shown = try await Shell.backops(["show", "1", "2"])
        #expect(
            shown.code == 0 && shown.output.contains("Greeting #1") && shown.output.contains("Stumbling #2")
        )
        let documents = try await Shell.backops(["show", "1", "2", "--json"]).json()
        #expect(documents.arrayValue?.compactMap { $0["id"]?.integerValue } == [1, 2])
        #expect(
            try await Shell.backops(["explain", "1", "2", "--json"]).json()[1]?[0]?["reason"] == "failed"
        )
        let missing = try await Shell.backops(["show", "1", "9"])
        #expect(missing.code == 66 && missing.output.contains("Greeting #1"))
        #expect(try await Shell.backops(["show"]).code == 64)
    }

    @Test func `the symbols are the same everywhere`() async throws {
        try await prepare()
        let drawn = try await TestDatabase.current.query("select flow(2)").map {
            try $0.decode(0, as: String.self)
        }
        let legend = try #require(drawn.last)
        for (word, symbol) in Status.symbols where word != "parked" {
            #expect(legend.contains("\(symbol) \(word)"), "\(legend)")
        }
        #expect(drawn.contains { $0.contains("✓ Walk → ✗ Fall") })
        #expect(Set(Status.symbols.map(\.value)).count == Status.symbols.count)
    }
}
