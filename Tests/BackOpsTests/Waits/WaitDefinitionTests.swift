import BackOps
import Testing

extension GlobalKey<ReceivedSignal> {
    fileprivate static let decision = Self("decision")
}

@Suite struct `A step that waits` {
    private func plan(@BranchBuilder _ branches: () -> [Branch]) throws(BackOpsError) -> Plan {
        try Plan(operation: "Flow", branches: branches())
    }

    @Test func `is an entry of the plan that no worker runs`() throws {
        let flow = Flow {
            nothing("A")
            Sleep(for: .milliseconds(1_500))
            Sleep(until: GlobalKey("due_at"))
            WaitFor("approved", "rejected", timeout: .seconds(60), onTimeout: .branch("late"), as: .decision)
                .named("decision")
            Branch("late") { WaitFor("paid") }
        }
        let plan = try Plan(operation: "Flow", branches: flow.branches)
        #expect(
            plan.entries.map(\.path) == [
                "main/A", "main/Sleep", "main/Sleep until due_at", "main/decision", "late/Wait for paid",
            ]
        )
        #expect(
            plan.jsonText == """
                {"main":["A",["Sleep",{"sleep":1.5}],["Sleep until due_at",{"sleep_until":"due_at"}],\
                ["decision",{"as":"decision","on_timeout":{"branch":"late"},"timeout":60,"wait_for":["approved","rejected"]}]],\
                "late":[["Wait for paid",{"wait_for":["paid"]}]]}
                """
        )
        #expect(try Registry([flow]).handlers == ["Flow/A"])
        let copy = try Plan(operation: "Flow", json: plan.utf8)
        #expect(copy == plan)
    }

    @Test(arguments: [
        (Sleep(for: .seconds(-1)).planned, "Sleep(for:) must be 0 to 36,525 days"),
        (Sleep(until: GlobalKey("")).planned, "must name a global"),
        (WaitFor().planned, "must name 1 to 20 signals"),
        (WaitFor("a", "a").planned, "each of them once"),
        (WaitFor("a/b").planned, "contains \"/\""),
        (WaitFor("a", timeout: .seconds(-1)).planned, "timeout must be 0 to 36,525 days"),
        (WaitFor("a", onTimeout: .goOn).planned, "onTimeout needs a timeout"),
        (WaitFor("a", timeout: .zero, onTimeout: .branch("nowhere")).planned, "there is no such branch"),
        (Sleep(for: .zero).retry(.exponential(maxAttempts: 2)), "given a modifier of actions"),
        (Sleep(for: .zero).queue("mail"), "given a modifier of actions"),
        (WaitFor("a").timeout(.seconds(1)), "given a modifier of actions"),
        (WaitFor("a").perform(in: .seconds(1)), "given a modifier of actions"),
    ])
    func `is refused where it could not be`(step: PlannedAction, words: String) {
        let error = #expect(throws: BackOpsError.self) { try plan { step.named("Step") } }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        ReceivedSignal(), ReceivedSignal(name: "paid"),
        ReceivedSignal(name: "paid", payload: ["n": 1], sentBy: "ann", sentAt: "2026-01-01T00:00:00Z"),
    ])
    func `leaves behind what can be read as it was written`(signal: ReceivedSignal) throws {
        let json = try GlobalKey.decision.json(signal)
        var read = try #require(try GlobalKey.decision.value(json))
        if read.payload == .null { read.payload = nil }
        #expect(read == signal)
        #expect(read.hasTimedOut == (signal.name == nil))
        #expect(json["timed_out"]?.boolValue == (signal.name == nil ? true : nil))
    }

    @Test func `gives a payload as what it is`() throws {
        #expect(try ReceivedSignal(name: "n", payload: ["a": 1]).payload(as: [String: Int].self) == ["a": 1])
        #expect(try ReceivedSignal(name: "n").payload(as: Int.self) == nil)
        #expect(throws: BackOpsError.self) {
            try ReceivedSignal(name: "n", payload: "text").payload(as: Int.self)
        }
    }
}
