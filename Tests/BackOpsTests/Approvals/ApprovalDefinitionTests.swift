import BackOps
import Testing

extension GlobalKey<Decision> {
    fileprivate static let approval = Self("approval")
}

@Suite struct `A step that asks` {
    private func plan(@BranchBuilder _ branches: () -> [Branch]) throws(BackOpsError) -> Plan {
        try Plan(operation: "Flow", branches: branches())
    }

    @Test func `is an entry of the plan that no worker runs`() throws {
        let flow = Flow {
            nothing("A")
            Approval(
                "refund",
                role: "finance",
                question: "Refund {n}?",
                within: .seconds(60),
                else: .branch("late"),
                rejected: .goOn,
                as: .approval,
                remind: .after(.seconds(1.5), operation: "Remind")
            )
            Branch("late") { Approval("boss") }
        }
        let plan = try Plan(operation: "Flow", branches: flow.branches)
        #expect(plan.entries.map(\.path) == ["main/A", "main/Approve refund", "late/Approve boss"])
        #expect(
            plan.jsonText == """
                {"main":["A",["Approve refund",{"approval":"refund","as":"approval","else":{"branch":"late"},"question":"Refund {n}?",\
                "rejected":"go_on","remind":{"after":1.5,"operation":"Remind"},"role":"finance","within":60}]],\
                "late":[["Approve boss",{"approval":"boss"}]]}
                """
        )
        #expect(try Registry([flow]).handlers == ["Flow/A"])
        #expect(try Plan(operation: "Flow", json: plan.utf8) == plan)
    }

    @Test(arguments: [
        (Approval("").planned, "name"), (Approval("a/b").planned, "contains \"/\""),
        (Approval("a", role: "").planned, "role must be 1 to 200 characters"),
        (Approval("a", role: "a\nb").planned, "role must be 1 to 200 characters"),
        (Approval("a", question: "").planned, "question must be 1 to 2000 characters"),
        (Approval("a", within: .seconds(-1)).planned, "within must be 0 to 36,525 days"),
        (Approval("a", else: .goOn).planned, "else needs a time"),
        (Approval("a", as: GlobalKey("")).planned, "must name a global"),
        (Approval("a", within: .zero, else: .branch("nowhere")).planned, "on its timeout, but there is no"),
        (Approval("a", rejected: .branch("nowhere")).planned, "when it is rejected, but there is no"),
        (Approval("a", remind: .after(.zero, operation: "R")).planned, "a second after the question"),
        (Approval("a", remind: .after(.seconds(5), operation: "a/b")).planned, "contains \"/\""),
        (
            Approval("a", within: .seconds(5), remind: .after(.seconds(5), operation: "R")).planned,
            "before the time of within is over"
        ),
        (Approval("a").queue("mail"), "given a modifier of actions"),
    ])
    func `is refused where it could not be`(step: PlannedAction, words: String) {
        let error = #expect(throws: BackOpsError.self) { try plan { step.named("Step") } }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test(arguments: [
        Decision(), Decision(.rejected),
        Decision(.approved, by: "ann", reason: "fine", at: "2026-01-01T00:00:00Z"),
    ])
    func `leaves behind what can be read as it was written`(decision: Decision) throws {
        let json = try GlobalKey.approval.json(decision)
        #expect(try GlobalKey.approval.value(json) == decision)
        #expect(decision.hasTimedOut == (decision.verdict == nil))
        #expect(json["timed_out"]?.boolValue == (decision.verdict == nil ? true : nil))
    }
}
