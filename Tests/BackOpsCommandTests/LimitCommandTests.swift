import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@Suite(.backops) struct `The commands limits and limit` {
    /// Three operations of two customers, of which the first of each has come in.
    private func prepare() async throws {
        try await TestDatabase.current.enqueueOrders(
            #"{"main": [["Pay", {"limit": {"name": "stripe", "max": 20}}]], "/limit": {"name": "orders", "by": "customer", "max": 1}}"#
        )
    }

    @Test func `limits shows how many may run, run and wait`() async throws {
        let none = try await Shell.backops(["limits"])
        #expect(none.code == 0 && none.output.isEmpty && none.messages.contains("no limits"))
        try await prepare()
        let list = try await Shell.backops(["limits"])
        #expect(list.code == 0, "\(list.messages)")
        #expect(list.output.split(separator: "\n").count == 3)
        let rows = try await Shell.backops(["limits", "--json"]).json()
        #expect(rows[0]?["name"] == "orders" && rows[0]?["maximum"]?.integerValue == 1)
        #expect(rows[0]?["keys"]?.integerValue == 2 && rows[0]?["holding"]?.integerValue == 2)
        #expect(rows[0]?["waiting"]?.integerValue == 1 && rows[0]?["capped"] == false)
        #expect(rows[1]?["name"] == "stripe" && rows[1]?["holding"]?.integerValue == 2)
        let one = try await Shell.backops(["limits", "orders"]).output
        #expect(one.contains("\nKEY ") && one.contains("ann") && one.contains("bob"), "\(one)")
        #expect(try await !Shell.backops(["limits", "stripe"]).output.contains("\nKEY "))
        let few = try await Shell.backops(["limits", "orders", "--limit", "1"])
        #expect(few.messages.contains("the first 1 keys") && !few.output.contains("bob"))
        let lines = try await Shell.backops(["limits", "orders", "--json"]).json()
        #expect(lines[0]?["key"] == "ann" && lines[0]?["gate"] == "orders/ann")
        #expect(lines[0]?["waiting"]?.integerValue == 1 && lines.arrayValue?.count == 2)
    }

    @Test func `limit sets another number, and the plan's again`() async throws {
        try await prepare()
        let set = try await Shell.backops(["limit", "orders", "2", "--reason", "it is Christmas"])
        #expect(set.code == 0 && set.output == "orders: 2 at once, instead of 1\n", "\(set.messages)")
        #expect(set.messages.contains("backops limit orders --reset"))
        let shown = try await Shell.backops(["limits"]).output
        #expect(shown.contains("it is Christmas") && shown.contains("instead of 1"), "\(shown)")
        let zero = try await Shell.backops(["limit", "orders", "0"])
        #expect(zero.output == "orders: nothing starts, instead of 1\n")
        let none = try await Shell.backops(["limit", "orders", "none", "--json"]).json()
        #expect(none["maximum"] == .null && none["declared"]?.integerValue == 1 && none["set_at"] != .null)
        let reset = try await Shell.backops(["limit", "orders", "--reset", "--reason", "over"])
        #expect(reset.output == "orders: 1 at once\n")
        let audit = try await Shell.backops(["audit"]).output
        #expect(audit.contains("set_limit") && audit.contains("reset_limit") && audit.contains("Christmas"))
    }

    @Test func `an unknown limit is found by its spelling`() async throws {
        try await prepare()
        let shown = try await Shell.backops(["limits", "strip"])
        #expect(shown.code == 66 && shown.messages.contains("Did you mean stripe?"), "\(shown.messages)")
        let reset = try await Shell.backops(["limit", "strip", "--reset"])
        #expect(reset.code == 66 && reset.messages.contains("stripe"))
        let set = try await Shell.backops(["limit", "strip", "3"])
        #expect(set.code == 0 && set.output == "strip: 3 at once\n")
        #expect(set.messages.contains("no plan has named the limit strip yet; did you mean stripe?"))
        #expect(try await Shell.backops(["limit", "strip", "--reset"]).code == 1)
    }

    @Test func `show, explain and graph tell of limits`() async throws {
        try await prepare()
        let page = try await Shell.backops(["show", "2", "--sql"])
        #expect(page.output.contains("waits for a slot of the limit \"orders/ann\""), "\(page.output)")
        #expect(page.output.contains("◇ Pay") && page.output.contains("backops limits\n"))
        #expect(!page.output.contains("wake"))
        let reasons = try await Shell.backops(["explain", "2", "--json"]).json()
        #expect(reasons[0]?["reason"] == "limit")
        #expect(reasons[0]?["advice"]?.stringValue?.contains("`backops limit orders 2`") == true)
        _ = try await Shell.backops(["limit", "orders", "0"])
        let stopped = try await Shell.backops(["explain", "2"]).output
        #expect(stopped.contains("`backops limit orders --reset`"), "\(stopped)")
        #expect(try await Shell.backops(["graph", "2"]).code == 0)
        #expect(try await Shell.backops(["list", "-q", "--state", "waiting"]).output == "2\n")
        #expect(try await Shell.sql(["-XAtqc", "select flow(2)"]).output.contains("◇ Pay"))
    }

    @Test(arguments: [
        (["limit", "stripe"], "Give a number"), (["limit", "stripe", "5", "--reset"], "Give a number"),
        (["limit", "stripe", "many"], "neither 0 to 1000000 nor none"),
        (["limit", "stripe", "1000001"], "neither 0 to 1000000"), (["limit"], "name"),
        (["limits", "--limit", "5"], "name it"), (["limits", "x", "--limit", "0"], "1 or more"),
        (["limit", "a/b", "5"], "no name of a limit"),
    ])
    func `wrong usage is told what would do`(arguments: [String], words: String) async throws {
        try await Shell.expectWrongUsage(arguments, words)
    }

    @Test func `names of limits are completed`() async throws {
        try await prepare()
        let words = ["---completion", "limit", "--", "positional@0", "2", "0", "backops", "limit", ""]
        #expect(try await Shell.backops(words).output == "orders\nstripe\n")
    }
}
