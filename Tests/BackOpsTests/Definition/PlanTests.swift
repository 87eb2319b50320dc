import BackOps
import Foundation
import Testing

@Suite struct `A plan` {
    private func plan(@BranchBuilder _ branches: () -> [Branch]) throws(BackOpsError) -> Plan {
        try Plan(operation: "Flow", branches: branches())
    }

    @Test func `numbers the actions over all branches in their order`() throws {
        let plan = try plan {
            nothing("A")
            Branch("side") { nothing("S") }
            nothing("B")
        }
        #expect(plan.entries.map(\.path) == ["main/A", "main/B", "side/S"])
        #expect(plan.entries.map(\.position) == [1, 2, 3])
        #expect(plan.branches == ["main", "side"])
        #expect(plan.position(of: "side", action: nil) == 3)
        #expect(plan.position(of: .main, action: "B") == 2)
        #expect(plan.position(of: .main, action: "S") == nil)
        #expect(plan.entry(at: 3)?.name == "S")
        #expect(plan.entry(at: 0) == nil)
        #expect(plan.entry(at: 4) == nil)
    }

    @Test(arguments: [true, false])
    func `may depend on conditions and loops`(flag: Bool) throws {
        let plan = try plan {
            if flag { nothing("If") } else { nothing("Else") }
            if flag {
                nothing("A")
                Branch("optional") { nothing("O") }
            }
            for number in 1...2 { nothing("Round \(number)") }
            for name in ["x", "y"] {
                Branch(BranchName(name)) {
                    if flag { nothing("In") } else { nothing("Out") }
                    for number in 1...2 { nothing("\(number)") }
                }
            }
        }
        #expect(plan.branches == (flag ? ["main", "optional", "x", "y"] : ["main", "x", "y"]))
        #expect(
            plan.entries.filter { $0.branch == .main }.map(\.name)
                == (flag ? ["If", "A", "Round 1", "Round 2"] : ["Else", "Round 1", "Round 2"])
        )
        #expect(plan.entries.last?.path == "y/2")
    }

    @Test func `may have one name twice in a branch`() throws {
        let plan = try plan {
            nothing("A")
            nothing("A")
            Branch("side") { nothing("A") }
        }
        #expect(plan.position(of: .main, action: "A") == 1)
        #expect((1...3).map { plan.occurrence(at: $0) } == [0, 1, 0])
    }

    @Test func `that cannot run is refused with what to do`() {
        func refusal(@BranchBuilder _ branches: () -> [Branch]) -> String? {
            #expect(throws: BackOpsError.self) { try plan(branches) }?.message
        }
        #expect(refusal {} == "Flow: There are no actions. List at least one in `branches`.")
        #expect(
            refusal {
                nothing("A")
                Branch("red") {}
            } == "Flow: The branch \"red\" is empty. Give it an action or leave it out."
        )
        #expect(
            refusal { Branch("red") { nothing("A") } }
                == "Flow: There is no branch \"main\", where the operation starts. List its actions."
        )
        #expect(
            refusal {
                nothing("A")
                Branch(.main) { nothing("B") }
            }?.hasPrefix("Flow: There are two branches \"main\". Rename or join them.") == true
        )
        #expect(
            refusal { nothing("A").mayJump(to: "yellow") }
                == "Flow: main/A may jump to \"yellow\", but there is no such branch. Declare it, or correct the name."
        )
    }

    @Test(arguments: ["", "a/b", "a\nb", "a\u{0}b", "a\u{85}b", String(repeating: "x", count: 201)])
    func `refuses names that cannot be written in a path`(name: String) {
        #expect(throws: BackOpsError.self) { try plan { nothing(name) } }
        #expect(throws: BackOpsError.self) {
            try plan {
                nothing("A")
                Branch(BranchName(name)) { nothing("B") }
            }
        }
    }

    @Test(arguments: ["Send the mail", "Größe", "😀", String(repeating: "x", count: 200)])
    func `takes any other name`(name: String) throws {
        #expect(try plan { nothing(name) }.entries.first?.name == name)
    }

    @Test func `refuses options out of their range, naming the field`() {
        let action = nothing("A")
        let wrong: [(PlannedAction, String)] = [
            (action.retry(.exponential(maxAttempts: 0)), "maxAttempts must be 1…1000, not 0."),
            (action.retry(.exponential(maxAttempts: 1001)), "maxAttempts must be 1…1000, not 1001."),
            (action.retry(.exponential(base: .seconds(-1))), "base must be 0 to 365 days"),
            (action.retry(.exponential(factor: 0.5)), "factor must be 1…100, not 0.5."),
            (action.retry(.exponential(factor: .nan)), "factor must be 1…100, not nan."),
            (
                action.retry(.exponential(base: .seconds(9), maximum: .seconds(8))),
                "maximum must be at least base"
            ),
            (action.retry(.exponential(jitter: 1.5)), "jitter must be 0…1, not 1.5."),
            (action.retry(.constant(delay: .seconds(366 * 86_400))), "delay must be 0 to 365 days"),
            (action.timeout(.zero), "timeout must be more than 0"),
            (
                action.queue("Mail"),
                "queue cannot be \"Mail\": the name is made of a-z, 0-9, dot, dash and underscore, at most 100 of them."
            ),
            (action.queue(""), "queue cannot be"),
            (action.perform(in: .seconds(-1)), "perform(in:) must be 0 to 365 days"),
            (
                action.perform(at: Date()).perform(in: .seconds(1)),
                "perform was given 2 times for one action."
            ),
        ]
        for (action, message) in wrong {
            let error = #expect(throws: BackOpsError.self) { try plan { action } }
            #expect(error?.code == .invalidPlan)
            #expect(error?.message.hasPrefix("Flow: main/A: \(message)") == true, "\(error?.message ?? "")")
        }
    }
}
