import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@testable import BackOpsCommand

@Suite(.backops) struct `The commands queues, pause and resume` {
    @Test func `show what waits, and let nothing through while it is paused`() async throws {
        let none = try await Shell.backops(["queues"])
        #expect(none.output.isEmpty && none.messages.contains("no queues"))
        _ = try await Shell.backops(["enqueue", "Greeting", "--queue", "mail"])
        let paused = try await Shell.backops(["pause", "mail", "--reason", "mail server down"])
        #expect(paused.code == 0 && paused.output == "paused mail\n", "\(paused.messages)")
        #expect(paused.messages.contains("backops resume mail"))
        _ = try await Shell.application(["work", "--drain", "--queue", "mail"])
        let queues = try await Shell.backops(["queues"]).output
        #expect(queues.contains("paused") && queues.contains("mail server down"), "\(queues)")
        let json = try await Shell.backops(["queues", "--json"]).json()[0]
        #expect(json?["queue"] == "mail" && json?["ready"]?.integerValue == 1)
        #expect(try await Shell.backops(["explain", "1"]).output.contains("mail server down"))

        #expect(try await Shell.backops(["resume", "mail"]).output == "resumed mail\n")
        _ = try await Shell.application(["work", "--drain", "--queue", "mail"])
        #expect(try await Shell.backops(["list", "-q", "--state", "completed"]).output == "1\n")
    }

    @Test(arguments: [["--for", "1h"], ["--until", "2099-12-24T08:00:00Z"], ["--until", "+1h"]])
    func `pause until a time`(arguments: [String]) async throws {
        let paused = try await Shell.backops(["pause", "mail", "--json"] + arguments)
        #expect(paused.code == 0, "\(paused.messages)")
        #expect(try paused.json()["paused_until"]?.stringValue != nil)
        #expect(try await Shell.backops(["queues"]).output.contains("goes on in"))
    }

    @Test(arguments: [("10m", "10m"), ("1h", "60m"), ("1h30m", "90m"), ("45m", "45m")])
    func `pause for as long as they are told`(duration: String, words: String) async throws {
        _ = try await Shell.backops(["pause", "mail"])
        #expect(
            try await Shell.backops(["pause", "mail", "--for", duration]).output
                == "paused mail; it goes on in \(words)\n"
        )
        #expect(try await Shell.backops(["queues"]).output.contains("goes on in \(words)"))
    }

    @Test func `say when nobody uses the queue that is paused`() async throws {
        _ = try await Shell.backops(["enqueue", "Greeting", "--queue", "mail"])
        let unused = try await Shell.backops(["pause", "mial"])
        #expect(unused.code == 0 && unused.output == "paused mial\n")
        #expect(
            unused.messages.contains(
                "nothing waits in the queue mial, and no worker serves it; did you mean mail?\n"
            )
        )
        #expect(try await !Shell.backops(["pause", "mail"]).messages.contains("nothing waits"))
        #expect(try await Shell.backops(["pause", "other", "--json"]).json()["used"] == false)
        let notice = try await Shell.sql(["-XAtqc", "select pause('mial')"])
        #expect(notice.messages.contains(#"nothing waits in the queue "mial""#))
        #expect(notice.messages.contains(#"Did you mean "mail"?"#), "\(notice.messages)")
        #expect(try await Shell.sql(["-XAtqc", "select pause('mail')"]).messages.isEmpty)
    }

    @Test(arguments: [
        ["pause"], ["pause", "No Such"], ["pause", "mail", "--for", "soon"],
        ["pause", "mail", "--until", "2020-01-01"], ["pause", "mail", "--for", "1h", "--until", "+1h"],
        ["resume"],
    ])
    func `refuse what makes no sense`(arguments: [String]) async throws {
        let refused = try await Shell.backops(arguments)
        #expect(refused.code == 64, "\(refused.messages)")
        #expect(refused.output.isEmpty && !refused.messages.isEmpty)
    }

    @Test func `say which queues are paused when another is resumed`() async throws {
        #expect(try await Shell.backops(["resume", "mail"]).messages.contains("No queue is paused"))
        _ = try await Shell.backops(["pause", "mail"])
        let other = try await Shell.backops(["resume", "mial"])
        #expect(other.code == 1 && other.messages.contains("mail"))
    }

    @Test func `complete names of queues`() async throws {
        _ = try await Shell.backops(["pause", "mail"])
        let words = ["---completion", "resume", "--", "positional@0", "2", "0", "backops", "resume", ""]
        #expect(try await Shell.backops(words).output == "mail\n")
    }
}

@Suite(.backops) struct `The command limit-queue` {
    @Test func `sets how many of a queue may run at once`() async throws {
        _ = try await Shell.backops(["enqueue", "Greeting", "--queue", "mail"])
        let limited = try await Shell.backops(["limit-queue", "mail", "4", "--reason", "slow server"])
        #expect(limited.code == 0 && limited.output == "mail: 4 at once, 0 run\n", "\(limited.messages)")
        #expect(limited.messages.isEmpty)
        #expect(try await Shell.backops(["queues"]).output.contains("4 at once"))
        #expect(try await Shell.backops(["queues", "--json"]).json()[0]?["maximum"] == 4)
        let audit = try await Shell.backops(["audit"]).output
        #expect(audit.contains("set_queue_limit") && audit.contains("slow server"), "\(audit)")
        #expect(try await Shell.backops(["limit-queue", "mail", "none"]).output == "mail: no limit, 0 run\n")
        #expect(try await Shell.backops(["queues", "--json"]).json()[0]?["maximum"] == .null)
    }

    @Test func `of 0 lets nothing run, and says how to undo it`() async throws {
        _ = try await Shell.backops(["enqueue", "Greeting", "--queue", "mail"])
        let json = try await Shell.backops(["limit-queue", "mail", "0", "--json"]).json()
        #expect(json["maximum"] == 0 && json["running"] == 0)
        _ = try await Shell.application(["work", "--drain", "--queue", "mail"])
        #expect(try await Shell.backops(["list", "-q", "--state", "completed"]).output.isEmpty)
        let explained = try await Shell.backops(["explain", "1"]).output
        #expect(explained.contains("backops limit-queue mail none"), "\(explained)")
        let doctor = try await Shell.backops(["doctor"]).output
        #expect(doctor.contains(#"nothing of the queue "mail" may run"#), "\(doctor)")
        _ = try await Shell.backops(["limit-queue", "mail", "1"])
        _ = try await Shell.application(["work", "--drain", "--queue", "mail"])
        #expect(try await Shell.backops(["list", "-q", "--state", "completed"]).output == "1\n")
    }

    @Test func `says when nobody uses the queue`() async throws {
        _ = try await Shell.backops(["enqueue", "Greeting", "--queue", "mail"])
        let unused = try await Shell.backops(["limit-queue", "mial", "2"])
        #expect(unused.code == 0 && unused.messages.contains("did you mean mail?"), "\(unused.messages)")
    }

    @Test(arguments: [["mail"], ["mail", "-1"], ["mail", "many"], ["No Such", "1"], []])
    func `refuses what makes no sense`(arguments: [String]) async throws {
        let refused = try await Shell.backops(["limit-queue"] + arguments)
        #expect(refused.code == 64, "\(refused.messages)")
        #expect(refused.output.isEmpty && !refused.messages.isEmpty)
    }
}

@Suite(.backops) struct `The command share-queue` {
    /// Three orders of ann, one of bob, and one of nobody, which have their turns.
    private func prepare() async throws {
        try await TestDatabase.current.script(
            """
            insert into operations (name, queue, globals, branches)
              select 'Order', 'mail', jsonb_strip_nulls(jsonb_build_object('customer', customer)), '{"main": ["A"]}'
                from unnest('{ann,ann,ann,bob,null}'::text[]) as customer
            """
        )
    }

    private func giveTurns() async throws {
        try await TestDatabase.current.query(
            "select take_turns(f, 5::smallint, '-infinity', 0, 0, '{}', clock_now()) from fair_queues f"
        )
    }

    @Test func `lets a queue take turns by a global, and none any more`() async throws {
        try await prepare()
        let shared = try await Shell.backops([
            "share-queue", "mail", "--by", "customer", "--weight", "ann=3", "--weight", "a=b=0.5", "--weight",
            "carl=0.5", "--reason", "ann pays",
        ])
        #expect(shared.code == 0, "\(shared.messages)")
        #expect(shared.output == "mail: turns by customer, ann 3, a=b 0.5, carl 0.5\n")
        #expect(shared.messages.isEmpty)
        #expect(try await Shell.backops(["queues"]).output.contains("turns by customer"))
        #expect(try await Shell.backops(["queues", "--json"]).json()[0]?["fair_by"] == "customer")
        let audit = try await Shell.backops(["audit"]).output
        #expect(audit.contains("set_queue_fairness") && audit.contains("ann pays"), "\(audit)")
        let json = try await Shell.backops(["share-queue", "mail", "--by", "customer", "--json"]).json()
        #expect(json["queue"] == "mail" && json["by_global"] == "customer" && json["weights"] == [:])
        #expect(json["waiting"] == 0 && json["capped"] == false && json["set_at"] != .null)
        let off = try await Shell.backops(["share-queue", "mail", "--off"])
        #expect(off.code == 0 && off.output == "mail: no turns\n")
        #expect(try await Shell.backops(["queues", "--json"]).json()[0]?["fair_by"] == .null)
    }

    @Test func `is told of by queues, key by key`() async throws {
        try await prepare()
        _ = try await Shell.backops(["share-queue", "mail", "--by", "customer", "--weight", "ann=2"])
        let none = try await Shell.backops(["queues", "mail"])
        #expect(none.code == 0 && none.output.hasSuffix("\nturns by customer, ann 2\n"), "\(none.output)")
        try await giveTurns()
        let shown = try await Shell.backops(["queues", "mail"]).output
        let rows = shown.split(separator: "\n").drop { !$0.hasPrefix("KEY") }.dropFirst()
        #expect(
            rows.map { $0.split(separator: " ").prefix(5).joined(separator: " ") } == [
                "ann 2 5 3 0", "bob 1 5 1 1", "— 1 5 1 2",
            ],
            "\(shown)"
        )
        let lines = try await Shell.backops(["queues", "mail", "--json"]).json()
        #expect(lines.arrayValue?.count == 3)
        #expect(lines[0]?["key"] == "ann" && lines[0]?["waiting"] == 3 && lines[0]?["priority"] == 5)
        #expect(lines[1]?["ahead"] == 1 && lines[2]?["key"] == "" && lines[2]?["oldest_ready_at"] != .null)
        let few = try await Shell.backops(["queues", "mail", "--limit", "1"])
        #expect(few.messages.contains("the first 1 keys") && !few.output.contains("bob"))
    }

    @Test func `is named by what the doctor advises`() async throws {
        try await prepare()
        _ = try await Shell.backops(["share-queue", "mail", "--by", "costumer"])
        try await giveTurns()
        let doctor = try await Shell.backops(["doctor"]).output
        #expect(doctor.contains(#"lack the global "costumer""#), "\(doctor)")
        #expect(doctor.contains("`backops share-queue mail --by GLOBAL`"), "\(doctor)")
        _ = try await Shell.backops(["share-queue", "mail", "--by", "customer", "--weight", "Ann=2"])
        let weighed = try await Shell.backops(["doctor"]).output
        #expect(weighed.contains("`backops share-queue mail --by customer --weight ann=2`"), "\(weighed)")
    }

    @Test func `says when nobody uses the queue, and which one was meant`() async throws {
        try await prepare()
        let unused = try await Shell.backops(["share-queue", "mial", "--by", "customer"])
        #expect(unused.code == 0 && unused.messages.contains("did you mean mail?"), "\(unused.messages)")
        let unknown = try await Shell.backops(["queues", "mal"])
        #expect(unknown.code == 66 && unknown.messages.contains("Did you mean"), "\(unknown.messages)")
    }

    @Test(arguments: [
        ["mail"], ["mail", "--by", "x", "--off"], ["mail", "--by", ""], ["mail", "--off", "--weight", "a=1"],
        ["mail", "--by", "x", "--weight", "a"], ["mail", "--by", "x", "--weight", "=1"],
        ["mail", "--by", "x", "--weight", "a=0"], ["mail", "--by", "x", "--weight", "a=101"],
        ["mail", "--by", "x", "--weight", "a=nan"],
        ["mail", "--by", "x", "--weight", "a=1", "--weight", "a=2"],
        ["No Such", "--by", "x"], [],
    ])
    func `refuses what makes no sense`(arguments: [String]) async throws {
        let refused = try await Shell.backops(["share-queue"] + arguments)
        #expect(refused.code == 64, "\(refused.messages)")
        #expect(refused.output.isEmpty && !refused.messages.isEmpty)
    }

    @Test func `has its keys beside a queue alone`() async throws {
        #expect(try await Shell.backops(["queues", "--limit", "3"]).code == 64)
        let words = [
            "---completion", "share-queue", "--", "positional@0", "2", "0", "backops", "share-queue", "",
        ]
        try await prepare()
        #expect(try await Shell.backops(words).output == "mail\n")
    }
}

@Suite(.backops) struct `The command failures` {
    private func prepare() async throws {
        for _ in 1...3 { _ = try await Shell.backops(["enqueue", "Stumbling"]) }
        _ = try await Shell.application(["work", "--drain"])
    }

    @Test func `groups what failed in the same way, which can be found and retried together`() async throws {
        let none = try await Shell.backops(["failures", "--fail-if-any"])
        #expect(none.code == 0 && none.messages.contains("nothing has failed"))
        try await prepare()
        let text = try await Shell.backops(["failures", "--fail-if-any"])
        #expect(text.code == 3)
        #expect(text.output.split(separator: "\n").count == 2)
        #expect(text.output.contains("the floor was wet") && text.messages.contains("backops retry --error "))
        let group = try #require(try await Shell.backops(["failures", "--json"]).json()[0])
        #expect(group["count"]?.integerValue == 3 && group["action"] == "main/Fall")
        let fingerprint = try #require(group["fingerprint"]?.stringValue)
        #expect(try await Shell.backops(["list", "-q", "--error", fingerprint]).output == "3\n2\n1\n")
        #expect(
            try await Shell.backops(["retry", "--error", fingerprint, "--yes"]).output
                == "retried 3 operations\n"
        )
        #expect(try await Shell.backops(["failures", "--json"]).output == "[]\n")
        #expect(
            try await Shell.backops(["retry", "--error", fingerprint]).output == "retried 0 operations\n"
        )
    }

    @Test(arguments: [
        ["failures", "--limit", "0"], ["list", "--error"], ["audit", "--limit", "0"], ["explain"],
    ])
    func `refuses what makes no sense`(arguments: [String]) async throws {
        #expect(try await Shell.backops(arguments).code == 64)
    }
}

@Suite(.backops) struct `The commands that say why` {
    @Test func `explain says what an operation waits for`() async throws {
        _ = try await Shell.backops(["enqueue", "Greting"])
        _ = try await Shell.application(["work", "--drain"])
        let parked = try await Shell.backops(["explain", "1"])
        #expect(
            parked.output.contains("Greting") && parked.output.contains("did you mean"),
            "\(parked.output)"
        )
        _ = try await Shell.backops(["enqueue", "Greeting", "--in", "1h"])
        let reasons = try await Shell.backops(["explain", "2", "--json"]).json()
        #expect(reasons[0]?["reason"] == "scheduled")
        #expect(try await Shell.backops(["explain", "9"]).code == 66)
    }

    @Test func `audit says who did what, and why`() async throws {
        #expect(try await Shell.backops(["audit"]).messages.contains("nobody has done anything"))
        _ = try await Shell.backops(["enqueue", "Greeting", "--in", "1h"])
        _ = try await Shell.backops(["set", "1", "name=Ann", "--reason", "misspelt"])
        _ = try await Shell.backops(["cancel", "1", "--reason", "sent twice"])
        let text = try await Shell.backops(["audit", "1"]).output
        #expect(text.contains("sent twice") && text.contains("set_global") && text.contains("#1"), "\(text)")
        let json = try await Shell.backops(["audit", "--json", "--limit", "1"]).json()
        #expect(json.arrayValue?.count == 1 && json[0]?["action"] == "cancel")
        #expect(try await Shell.backops(["audit", "9"]).code == 66)
    }

    @Test func `show says who set a global, and how to do the same in SQL`() async throws {
        _ = try await Shell.backops(["enqueue", "Stumbling", "card=old"])
        _ = try await Shell.application(["work", "--drain"])
        _ = try await Shell.backops(["set", "1", "card=new", "--reason", "renewed"])
        let text = try await Shell.backops(["show", "1", "--sql"]).output
        #expect(text.contains(#""new"   ← set by "#) && text.contains("renewed"), "\(text)")
        #expect(text.contains(".operation_status WHERE id = 1;") && text.contains(".retry(1);"))
        #expect(try await !Shell.backops(["show", "1"]).output.contains("SELECT"))
        // Every statement of the block runs.
        let block = text.split(separator: "\n").map { $0.trimmingPrefix("  ") }.filter {
            $0.hasPrefix("SELECT")
        }
        #expect(block.count > 5)
        for statement in block where !statement.contains("retry") && !statement.contains("skip") {
            let ran = try await Shell.sql(["-XAtqc", String(statement)])
            #expect(ran.code == 0, "\(statement) \(ran.messages)")
        }
    }
}

@Suite(.backops) struct `Running again and later` {
    @Test func `rerun enqueues the same once more, and prints the new number`() async throws {
        _ = try await Shell.backops(["enqueue", "Greeting", "name=Ann", "--key", "k"])
        _ = try await Shell.application(["work", "--drain"])
        let again = try await Shell.backops(["rerun", "1"])
        #expect(again.output == "enqueued #2\n", "\(again.messages)")
        #expect(try await Shell.backops(["show", "2", "--json"]).json()["globals"]?["name"] == "Ann")
        let many = try await Shell.backops([
            "rerun", "--name", "Greeting", "--state", "completed", "--yes", "--json",
        ])
        #expect(try many.json() == ["enqueued": [3], "dry_run": false])
        #expect(try await Shell.backops(["rerun", "9"]).code == 66)
        #expect(try await Shell.backops(["rerun"]).code == 64)
    }

    @Test func `reschedule moves what is to come`() async throws {
        _ = try await Shell.application(["work", "--drain"])
        _ = try await Shell.backops(["enqueue", "Greeting", "--in", "1h"])
        #expect(try await Shell.backops(["reschedule", "1", "--to", "+2h"]).output.contains("scheduled"))
        #expect(
            try await Shell.backops(["reschedule", "--name", "Greeting", "--to", "now", "--yes"]).output
                == "rescheduled 1 operation\n"
        )
        _ = try await Shell.application(["work", "--drain"])
        #expect(try await Shell.backops(["list", "-q", "--state", "completed"]).output == "1\n")
        #expect(try await Shell.backops(["reschedule", "1", "--to", "now"]).code == 1)
        #expect(try await Shell.backops(["reschedule", "1", "--to", "soon"]).code == 64)
        #expect(try await Shell.backops(["reschedule", "1"]).code == 64)
    }
}
