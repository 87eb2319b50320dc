import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@Suite(.backops) struct `The commands rates and rate` {
    /// Three operations of two customers, of which the first of each has its start.
    private func prepare() async throws {
        try await TestDatabase.current.query("select set_rate('mail', 100, '1 minute', 5)")
        try await TestDatabase.current.enqueueOrders(
            #"{"main": [["Pay", {"rate": {"name": "stripe", "count": 1, "per": "1 hour", "by": "customer"}}]]}"#
        )
    }

    @Test func `rates shows how many may start, and wait`() async throws {
        let none = try await Shell.backops(["rates"])
        #expect(none.code == 0 && none.output.isEmpty && none.messages.contains("no rates"))
        try await prepare()
        let list = try await Shell.backops(["rates"])
        #expect(list.code == 0, "\(list.messages)")
        #expect(list.output.split(separator: "\n").count == 3)
        #expect(list.output.contains("100 per 1m, burst 5") && list.output.contains("1 per 1h"))
        let rows = try await Shell.backops(["rates", "--json"]).json()
        #expect(rows[0]?["name"] == "mail" && rows[0]?["count"]?.integerValue == 100)
        #expect(rows[0]?["per"]?.integerValue == 60 && rows[0]?["burst"]?.integerValue == 5)
        #expect(rows[0]?["declared_count"] == .null && rows[0]?["set_at"] != .null)
        #expect(rows[1]?["name"] == "stripe" && rows[1]?["declared_per"]?.integerValue == 3600)
        #expect(rows[1]?["keys"]?.integerValue == 2 && rows[1]?["waiting"]?.integerValue == 1)
        #expect(rows[1]?["closed"]?.integerValue == 0 && rows[1]?["capped"] == false)
        let one = try await Shell.backops(["rates", "stripe"]).output
        #expect(one.contains("\nKEY ") && one.contains("ann") && one.contains("bob"), "\(one)")
        #expect(one.contains("in 60m"), "\(one)")
        #expect(try await !Shell.backops(["rates", "mail"]).output.contains("\nKEY "))
        let few = try await Shell.backops(["rates", "stripe", "--limit", "1"])
        #expect(few.messages.contains("the first 1 keys") && !few.output.contains("bob"))
        let lines = try await Shell.backops(["rates", "stripe", "--json"]).json()
        #expect(lines[0]?["key"] == "ann" && lines[0]?["gate"] == "/rate/stripe/ann")
        #expect(lines[0]?["waiting"]?.integerValue == 1 && lines[0]?["next_start"] != .null)
        #expect(lines[1]?["next_start"] == .null && lines.arrayValue?.count == 2)
    }

    @Test func `rate sets another pace, and the plan's again`() async throws {
        try await prepare()
        let set = try await Shell.backops(["rate", "stripe", "2", "--reason", "it is Christmas"])
        #expect(set.code == 0 && set.output == "stripe: 2 per 1h, instead of 1 per 1h\n", "\(set.messages)")
        #expect(set.messages.contains("backops rate stripe --reset"))
        let shown = try await Shell.backops(["rates"]).output
        #expect(shown.contains("it is Christmas") && shown.contains("instead of 1 per 1h"), "\(shown)")
        let faster = try await Shell.backops(["rate", "stripe", "3", "--per", "1s", "--burst", "4"])
        #expect(faster.output == "stripe: 3 per 1s, burst 4, instead of 1 per 1h\n")
        let none = try await Shell.backops(["rate", "stripe", "none", "--json"]).json()
        #expect(none["count"] == .null && none["declared_count"]?.integerValue == 1)
        let again = try await Shell.backops(["rate", "stripe", "5"])
        #expect(again.output == "stripe: 5 per 1h, instead of 1 per 1h\n")
        let reset = try await Shell.backops(["rate", "stripe", "--reset", "--reason", "over"])
        #expect(reset.output == "stripe: 1 per 1h\n")
        let mail = try await Shell.backops(["rate", "mail", "50"])
        #expect(mail.output == "mail: 50 per 1m, burst 5\n")
        let audit = try await Shell.backops(["audit"]).output
        #expect(audit.contains("set_rate") && audit.contains("reset_rate") && audit.contains("Christmas"))
    }

    @Test func `rate closes a rate for a while, and opens it`() async throws {
        try await prepare()
        let closed = try await Shell.backops([
            "rate", "stripe", "--close-for", "1h", "--key", "ann", "--reason", "they are down",
        ])
        #expect(closed.code == 0 && closed.output == "closed stripe/ann for 60m\n", "\(closed.messages)")
        #expect(closed.messages.contains("`backops rate stripe --open --key ann`"))
        #expect(try await Shell.backops(["rates", "--json"]).json()[1]?["closed"]?.integerValue == 1)
        #expect(try await Shell.backops(["rates", "stripe"]).output.contains("OPENS"))
        let explained = try await Shell.backops(["explain", "2"]).output
        #expect(explained.contains("`backops rate stripe --open --key ann`"), "\(explained)")
        let open = try await Shell.backops(["rate", "stripe", "--open", "--key", "ann"])
        #expect(open.code == 0 && open.output == "opened stripe/ann\n", "\(open.messages)")
        #expect(try await Shell.backops(["rates", "--json"]).json()[1]?["closed"]?.integerValue == 0)
        let json = try await Shell.backops(["rate", "mail", "--close-for", "90s", "--json"]).json()
        #expect(json["name"] == "mail" && json["key"] == .null && json["closed_for"]?.integerValue == 90)
        #expect(try await Shell.backops(["audit"]).output.contains("they are down"))
    }

    @Test func `an unknown rate is found by its spelling`() async throws {
        try await prepare()
        let shown = try await Shell.backops(["rates", "strip"])
        #expect(shown.code == 66 && shown.messages.contains("Did you mean stripe?"), "\(shown.messages)")
        for arguments in [["--reset"], ["--close-for", "1s"], ["--open"]] {
            let refused = try await Shell.backops(["rate", "strip"] + arguments)
            #expect(refused.code == 66 && refused.messages.contains("stripe"), "\(refused.messages)")
        }
        let set = try await Shell.backops(["rate", "strip", "3"])
        #expect(set.code == 0 && set.output == "strip: 3 per 1s\n")
        #expect(set.messages.contains("no plan has named the rate strip yet; did you mean stripe?"))
        #expect(try await Shell.backops(["rate", "strip", "--reset"]).code == 1)
    }

    @Test func `show, explain and list tell of rates`() async throws {
        try await prepare()
        let page = try await Shell.backops(["show", "2", "--sql"])
        #expect(page.output.contains("waits for a start under the rate \"stripe/ann\""), "\(page.output)")
        #expect(page.output.contains("◇ Pay") && page.output.contains("backops rates\n"))
        let reasons = try await Shell.backops(["explain", "2", "--json"]).json()
        #expect(reasons[0]?["reason"] == "rate" && reasons[0]?["until"] != .null)
        #expect(reasons[0]?["advice"]?.stringValue?.contains("`backops rate stripe N`") == true)
        #expect(try await Shell.backops(["list", "-q", "--state", "waiting"]).output == "2\n")
        #expect(try await Shell.backops(["graph", "2"]).code == 0)
    }

    @Test(arguments: [
        (["rate", "stripe"], "Give a number"), (["rate", "stripe", "5", "--reset"], "Give a number"),
        (["rate", "stripe", "--open", "--close-for", "1s"], "Give a number"),
        (["rate", "stripe", "many"], "neither 1 to 1000000 nor none"),
        (["rate", "stripe", "0"], "--close-for lets nothing start"), (["rate"], "name"),
        (["rate", "stripe", "none", "--per", "1s"], "are for a number"),
        (["rate", "stripe", "--reset", "--burst", "2"], "are for a number"),
        (["rate", "stripe", "5", "--burst", "0"], "--burst must be 1 to"),
        (["rate", "stripe", "5", "--per", "0s"], "--per must be 1ms to 365d"),
        (["rate", "stripe", "5", "--key", "ann"], "--key is for"),
        (["rates", "--limit", "5"], "name it"), (["rates", "x", "--limit", "0"], "1 or more"),
        (["rate", "a/b", "5"], "no name of a rate"),
    ])
    func `wrong usage is told what would do`(arguments: [String], words: String) async throws {
        try await Shell.expectWrongUsage(arguments, words)
    }

    @Test func `names of rates are completed`() async throws {
        try await prepare()
        let words = ["---completion", "rate", "--", "positional@0", "2", "0", "backops", "rate", ""]
        #expect(try await Shell.backops(words).output == "mail\nstripe\n")
    }
}
