import BackOps
import BackOpsTesting
import Payments
import Testing

@Suite struct `A refund` {
    private let provider = DemoPayments(pace: .zero)

    private func run(_ decisions: [InlineDecision]) async -> InlineRun {
        await runInline(Refund(provider: provider), decisions: decisions) {
            $0[.order] = "42"
            $0[.customer] = "Ann"
            $0[.cents] = 1999
            $0[.payment] = "pay_1"
        }
    }

    @Test func `pays back what finance approves`() async {
        let run = await run([InlineDecision("refund", .approved, by: "ben")])
        #expect(run.state == .completed)
        #expect(
            run.path == [
                "main/Approve refund", "main/FollowDecision", "accepted/PayBack", "accepted/SendCreditNote",
            ]
        )
        #expect(provider.account.cents.values.reduce(0, +) == -1999)
    }

    @Test func `pays nothing back that finance rejects`() async {
        let run = await run([InlineDecision("refund", .rejected, by: "ben", reason: "no receipt")])
        #expect(run.state == .completed)
        #expect(run.path.last == "refused/SendRefusal")
        #expect(provider.account.calls == 0)
    }

    @Test func `is the director's to decide after two days`() async {
        let run = await run([InlineDecision("late refund", .approved, by: "eve", after: .seconds(200_000))])
        #expect(run.state == .completed)
        #expect(run.path.contains("late/Approve late refund"))
        #expect(run.path.last == "accepted/SendCreditNote")
    }
}
