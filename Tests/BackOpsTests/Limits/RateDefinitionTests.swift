import BackOps
import Testing

extension GlobalKey<String> {
    fileprivate static let customer = Self("customer")
}

@Suite struct `A rate of an action` {
    private func plan(@BranchBuilder _ branches: () -> [Branch]) throws -> Plan {
        try Plan(operation: "Flow", branches: branches())
    }

    @Test func `is one of its options`() throws {
        let plan = try plan {
            nothing("A").rate("stripe", 100, per: .seconds(1))
            nothing("B").rate("stripe").queue("mail")
            nothing("C").rate("shop", 60, per: .milliseconds(1500), burst: 10, by: .customer, weight: 2)
            nothing("D").rate("first").rate("stripe", by: .customer, weight: 3)
            nothing("E").limit("stripe", 5).rate("stripe")
        }
        #expect(
            plan.jsonText == """
                {"main":[["A",{"rate":{"count":100,"name":"stripe","per":1}}],["B",{"queue":"mail","rate":"stripe"}],\
                ["C",{"rate":{"burst":10,"by":"customer","count":60,"name":"shop","per":1.5,"weight":2}}],\
                ["D",{"rate":{"by":"customer","name":"stripe","weight":3}}],\
                ["E",{"limit":{"max":5,"name":"stripe"},"rate":"stripe"}]]}
                """
        )
        #expect(try Plan(operation: "Flow", json: plan.utf8) == plan)
        #expect(
            plan.entries.compactMap(\.options.rate?.words) == [
                "stripe 100 per 1s", "stripe", "shop 60 per 1500ms, burst 10, by customer, weight 2",
                "stripe by customer, weight 3", "stripe",
            ]
        )
    }

    @Test(
        arguments: [
            (.milliseconds(250), "250ms"), (.microseconds(1001), "1001µs"), (.seconds(1), "1s"),
            (.seconds(90), "90s"), (.seconds(60), "1m"), (.seconds(7200), "2h"), (.seconds(86_400), "1d"),
        ] as [(Duration, String)]
    )
    func `says its time as short as it is`(per: Duration, words: String) {
        #expect(RatePace(count: 5, per: per).description == "5 per \(words)")
    }

    @Test(arguments: [
        #"{"main": [["A", {"rate": "x"}]]}"#, #"{"main": [["A", {"rate": {"name": "x"}}]]}"#,
        #"{"main": [["A", {"rate": {"name": "x", "count": null, "by": null, "weight": 1}}]]}"#,
    ])
    func `may be written by hand`(text: String) throws {
        let plan = try Plan(operation: "Flow", json: Array(text.utf8))
        #expect(plan.jsonText == #"{"main":[["A",{"rate":"x"}]]}"#)
    }

    @Test func `of none is none`() throws {
        let plan = try Plan(operation: "Flow", json: Array(#"{"main": [["A", {"rate": null}]]}"#.utf8))
        #expect(plan.jsonText == #"{"main":["A"]}"#)
    }

    @Test(arguments: [
        (nothing("A").rate(""), "The name of a rate is empty"),
        (nothing("A").rate("a/b"), "contains \"/\""),
        (nothing("A").rate("a", 0, per: .seconds(1)), "count must be 1 to 1,000,000, not 0"),
        (nothing("A").rate("a", 1_000_001, per: .seconds(1)), "count must be 1 to 1,000,000"),
        (nothing("A").rate("a", 1, per: .microseconds(999)), "per must be a millisecond to 365 days"),
        (nothing("A").rate("a", 1, per: .seconds(31_536_001)), "per must be a millisecond to 365 days"),
        (nothing("A").rate("a", 1, per: .seconds(1), burst: 0), "burst must be 1 to 1,000,000, not 0"),
        (nothing("A").rate("a", weight: -1), "weight must be 1 to 1,000,000, not -1"),
        (nothing("A").rate("a", by: GlobalKey<Int>("")), "by must name a global"),
        (Sleep(for: .seconds(1)).named("A").rate("a"), "given a modifier of actions"),
    ])
    func `is refused where it could not be`(action: PlannedAction, words: String) {
        let error = #expect(throws: BackOpsError.self) { try plan { action } }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("main/A") == true)
    }

    @Test func `has one pace in a plan`() throws {
        let error = #expect(throws: BackOpsError.self) {
            try plan {
                nothing("A").rate("a", 1, per: .seconds(1))
                Branch("red") { nothing("B").rate("a", 1, per: .seconds(60)) }
            }
        }
        #expect(error?.message.contains("\"a\" is given as 1 per 1s and as 1 per 1m") == true)
        _ = try plan {
            nothing("A").rate("a", 1, per: .seconds(1))
            nothing("B").rate("a", weight: 2)
            nothing("C").rate("a", 1, per: .milliseconds(1000), burst: 1, by: .customer)
        }
    }

    @Test(arguments: [
        ("1", "rate must have a name"), (#"{"count": 1, "per": 1}"#, "rate must have a name"),
        (#"{"name": "a", "count": 1}"#, "count needs per"), (#"{"name": "a", "per": 1}"#, "per needs count"),
        (#"{"name": "a", "burst": 1}"#, "burst needs count"),
        (#"{"name": "a", "count": 1.5, "per": 1}"#, "count must be a whole number"),
        (#"{"name": "a", "count": 1, "per": "1 minute"}"#, "per must be a number of seconds"),
        (#"{"name": "a", "weight": "2"}"#, "weight must be a whole number"),
        (#"{"name": "a", "by": 1}"#, "by must be the name of a global"),
        (#"{"name": "a", "max": 1}"#, "max is not an option"),
    ])
    func `that makes no sense is refused with the reason`(rate: String, reason: String) {
        let text = #"{"main": [["A", {"rate": \#(rate)}]]}"#
        let error = #expect(throws: BackOpsError.self) { try Plan(operation: "Flow", json: Array(text.utf8)) }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }
}
