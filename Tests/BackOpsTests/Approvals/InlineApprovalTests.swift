import BackOps
import BackOpsTesting
import Testing

extension GlobalKey<Decision> {
    fileprivate static let approval = Self("approval")
}

/// Asks for an hour, and does as the answer says.
private struct Refund: OperationDefinition {
    static let name = "Refund"
    var within: Duration? = .seconds(3600)
    var otherwise = OnTimeout.branch("escalate")
    var rejected: OnTimeout?

    var branches: [Branch] {
        nothing("Ask")
        Approval(
            "refund",
            role: "finance",
            within: within,
            else: within == nil ? .fail : otherwise,
            rejected: rejected,
            as: .approval
        )
        .named("approve")
        Do("Pay") { context in context["paid"] = .bool(try context.require(.approval).isApproved) }
        Branch("escalate") { nothing("Call") }
    }
}

@Suite struct `Approvals in runInline` {
    @Test func `end with the decision that is given`() async throws {
        let run = await runInline(
            Refund(),
            decisions: [
                InlineDecision("other", .rejected),
                InlineDecision("refund", .approved, by: "ann", reason: "fine", after: .seconds(30)),
            ]
        )
        #expect(run.state == .completed)
        #expect(run.path == ["main/Ask", "main/approve", "main/Pay"])
        #expect(run.waits == [.seconds(30)])
        #expect(run["paid"] == true)
        #expect(
            run[.approval] == Decision(.approved, by: "ann", reason: "fine", at: "2026-01-01T00:00:30Z")
        )
    }

    @Test func `go to a branch when nobody decides in time`() async {
        let late = InlineDecision("refund", .approved, after: .seconds(3600))
        for decisions in [[], [late]] {
            let run = await runInline(Refund(), decisions: decisions)
            #expect(run.path == ["main/Ask", "main/approve", "escalate/Call", "main/Pay"])
            #expect(run.waits == [.seconds(3600)])
            #expect(run[.approval]?.hasTimedOut == true)
            #expect(run["paid"] == false)
        }
    }

    @Test func `do when rejected what they would do when the time is over, unless told otherwise`() async {
        let rejected = InlineDecision("refund", .rejected, by: "ann", reason: "no receipt")
        let same = await runInline(Refund(), decisions: [rejected])
        #expect(same.path == ["main/Ask", "main/approve", "escalate/Call", "main/Pay"])
        let other = await runInline(Refund(rejected: .goOn), decisions: [rejected])
        #expect(other.path == ["main/Ask", "main/approve", "main/Pay"])
        let failed = await runInline(Refund(rejected: .fail), decisions: [rejected])
        #expect(failed.state == .failed && failed.path == ["main/Ask"])
        #expect(
            failed.error.map { "\($0)" }?.contains("main/approve: ann rejected refund: no receipt") == true
        )
    }

    @Test func `fail when the time is over, or when nothing can end them`() async {
        let late = await runInline(Refund(otherwise: .fail))
        #expect(late.state == .failed)
        #expect(late.error.map { "\($0)" }?.contains("nobody decided the approval refund in time") == true)
        let forever = await runInline(Refund(within: nil))
        #expect(forever.state == .failed)
        #expect(forever.error.map { "\($0)" }?.contains("decisions: [InlineDecision(…)]") == true)
    }
}
