import BackOps
import Testing

extension GlobalKey<String> {
    fileprivate static let customer = Self("customer")
}

/// One customer's orders one after the other.
private struct Order: OperationDefinition {
    static let name = "Order"
    var limit: OperationLimit? { .exclusive(by: .customer) }
    var branches: [Branch] { nothing("A") }
}

private struct Limited: OperationDefinition {
    static let name = "Limited"
    let limit: OperationLimit?
    var branches: [Branch] {
        nothing("A")
        Sleep(for: .seconds(1))
    }
}

@Suite struct `A limit` {
    private func plan(_ limit: OperationLimit?, @BranchBuilder _ branches: () -> [Branch]) throws -> Plan {
        try Plan(operation: "Flow", branches: branches(), limit: limit)
    }

    private func text(_ limit: OperationLimit?) throws -> String {
        try plan(limit) { nothing("A") }.jsonText
    }

    @Test func `of an action is one of its options`() throws {
        let plan = try plan(nil) {
            nothing("A").limit("stripe", 20)
            nothing("B").limit("stripe").queue("mail")
            nothing("C").limit("stripe", by: .customer)
            nothing("D").limit("first", 1).limit("second", 2, by: .customer)
        }
        #expect(
            plan.jsonText == """
                {"main":[["A",{"limit":{"max":20,"name":"stripe"}}],["B",{"limit":"stripe","queue":"mail"}],\
                ["C",{"limit":{"by":"customer","name":"stripe"}}],["D",{"limit":{"by":"customer","max":2,"name":"second"}}]]}
                """
        )
        #expect(try Plan(operation: "Flow", json: plan.utf8) == plan)
        #expect(
            plan.entries.compactMap(\.options.limit?.words) == [
                "stripe 20", "stripe", "stripe by customer", "second 2 by customer",
            ]
        )
    }

    @Test(arguments: OperationLimit.WhenFull.allCases)
    func `of an operation says what becomes of who finds it full`(choice: OperationLimit.WhenFull) throws {
        let plan = try plan(.exclusive("x").whenFull(choice).waiting(atMost: 3)) { nothing("A") }
        let word = choice == .wait ? "" : #","when_full":"\#(choice.rawValue)""#
        #expect(plan.jsonText == #"{"main":["A"],"/limit":{"max":1,"max_waiting":3,"name":"x"\#(word)}}"#)
        #expect(try Plan(operation: "Flow", json: plan.utf8) == plan)
        #expect(throws: BackOpsError.self) { try text(.exclusive("x").waiting(atMost: -1)) }
    }

    @Test func `of an operation stands beside its branches`() throws {
        let plan = try Registry([Order()]).definitions[0].plan
        #expect(plan.jsonText == #"{"main":["A"],"/limit":{"by":"customer","max":1,"name":"Order"}}"#)
        #expect(try Plan(operation: "Order", json: plan.utf8) == plan)
        #expect(plan.branches == [.main])
        #expect(try Registry([Flow { nothing("A") }]).definitions[0].plan.limit == nil)
        #expect(try Registry([Limited(limit: nil)]).definitions[0].plan.limit == nil)
    }

    @Test func `of an operation has the operation's name where it is given none`() throws {
        #expect(try text(.exclusive()) == #"{"main":["A"],"/limit":{"max":1,"name":"Flow"}}"#)
        #expect(try text(.exclusive("orders")) == #"{"main":["A"],"/limit":{"max":1,"name":"orders"}}"#)
        #expect(try text(.limit("orders")) == #"{"main":["A"],"/limit":"orders"}"#)
        #expect(
            try text(.limit("orders", 3, by: .customer, freeWhileWaiting: true))
                == #"{"main":["A"],"/limit":{"by":"customer","free_while_waiting":true,"max":3,"name":"orders"}}"#
        )
    }

    @Test(arguments: [
        #"{"/limit": "orders", "main": ["A"]}"#,
        #"{"main": ["A"], "/limit": {"name": "orders", "max": null, "free_while_waiting": false}}"#,
        #"{"main": [["A", {"limit": null}]], "/limit": {"name": "orders"}}"#,
    ])
    func `may be written by hand`(text: String) throws {
        let plan = try Plan(operation: "Flow", json: Array(text.utf8))
        #expect(plan.jsonText == #"{"main":["A"],"/limit":"orders"}"#)
    }

    @Test func `keeps what it says of those who find it full`() throws {
        let text =
            #"{"main":["A"],"/limit":{"max":1,"max_waiting":0,"name":"orders","when_full":"cancel_oldest"}}"#
        #expect(try Plan(operation: "Flow", json: Array(text.utf8)).jsonText == text)
        let waits = #"{"main": ["A"], "/limit": {"name": "orders", "when_full": "wait"}}"#
        #expect(
            try Plan(operation: "Flow", json: Array(waits.utf8)).jsonText
                == #"{"main":["A"],"/limit":"orders"}"#
        )
    }

    @Test func `of none is none`() throws {
        let plan = try Plan(operation: "Flow", json: Array(#"{"main": ["A"], "/limit": null}"#.utf8))
        #expect(plan.limit == nil && plan.jsonText == #"{"main":["A"]}"#)
    }

    @Test(arguments: [
        (nothing("A").limit("", 1), "The name of a limit is empty"),
        (nothing("A").limit("a/b", 1), "contains \"/\""),
        (nothing("A").limit("a", 0), "must be 1 to 1,000,000, not 0"),
        (nothing("A").limit("a", 1_000_001), "must be 1 to 1,000,000"),
        (nothing("A").limit("a", 1, by: GlobalKey<Int>("")), "by must name a global"),
        (Sleep(for: .seconds(1)).named("A").limit("a", 1), "given a modifier of actions"),
    ])
    func `of an action is refused where it could not be`(action: PlannedAction, words: String) {
        let error = #expect(throws: BackOpsError.self) { try plan(nil) { action } }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("main/A") == true)
    }

    @Test(arguments: [
        (OperationLimit.limit("", 1), "The name of a limit is empty"),
        (.limit("a\nb", 1), "control character"),
        (.limit("a", -1), "must be 1 to 1,000,000, not -1"),
        (.exclusive(by: GlobalKey<Int>("")), "by must name a global"),
    ])
    func `of an operation is refused where it could not be`(limit: OperationLimit, words: String) {
        let error = #expect(throws: BackOpsError.self) { try plan(limit) { nothing("A") } }
        #expect(error?.code == .invalidPlan)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test func `is given one number in a plan`() throws {
        let error = #expect(throws: BackOpsError.self) {
            try plan(nil) {
                nothing("A").limit("a", 1)
                Branch("red") { nothing("B").limit("a", 2) }
            }
        }
        #expect(error?.message.contains("\"a\" is given as 1 and as 2") == true)
        _ = try plan(nil) {
            nothing("A").limit("a", 1)
            nothing("B").limit("a")
            nothing("C").limit("a", 1, by: .customer)
        }
    }

    @Test func `of an action is not that of its operation, which would wait for itself`() throws {
        let error = #expect(throws: BackOpsError.self) {
            try plan(.exclusive("a")) { nothing("A").limit("a", by: .customer) }
        }
        #expect(error?.message.contains("main/A has the limit \"a\" of its operation") == true)
    }

    @Test(arguments: [
        (#"{"main": [["A", {"limit": 1}]]}"#, "limit must have a name"),
        (#"{"main": [["A", {"limit": {"max": 1}}]]}"#, "limit must have a name"),
        (#"{"main": [["A", {"limit": {"name": "a", "max": 1.5}}]]}"#, "max must be a whole number"),
        (#"{"main": [["A", {"limit": {"name": "a", "max": "1"}}]]}"#, "max must be a whole number"),
        (#"{"main": [["A", {"limit": {"name": "a", "by": 1}}]]}"#, "by must be the name of a global"),
        (#"{"main": [["A", {"limit": {"name": "a", "free_while_waiting": true}}]]}"#, "is not an option"),
        (#"{"main": ["A"], "/limit": {"name": "a", "free_while_waiting": 1}}"#, "must be true or false"),
        (#"{"main": ["A"], "/limit": {"name": "a", "most": 1}}"#, "most is not an option"),
        (#"{"main": ["A"], "/limit": {"name": "a", "when_full": "sleep"}}"#, "when_full must be wait, drop"),
        (#"{"main": ["A"], "/limit": {"name": "a", "max_waiting": -1}}"#, "max_waiting must be 0 to"),
        (#"{"main": [["A", {"limit": {"name": "a", "max_waiting": 1}}]]}"#, "max_waiting is not an option"),
        (#"{"main": ["A"], "/limit": []}"#, "limit must have a name"),
        (#"{"/limit": "a"}"#, "There are no actions"),
    ])
    func `that makes no sense is refused with the reason`(text: String, reason: String) {
        let error = #expect(throws: BackOpsError.self) { try Plan(operation: "Flow", json: Array(text.utf8)) }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }
}
