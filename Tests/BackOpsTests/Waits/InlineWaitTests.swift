import BackOps
import BackOpsTesting
import Foundation
import Testing

extension GlobalKey<ReceivedSignal> {
    fileprivate static let decision = Self("decision")
}

/// Asks, waits for an answer for an hour, and does as it says.
private struct Refund: OperationDefinition {
    static let name = "Refund"
    var onTimeout = OnTimeout.branch("escalate")
    var timeout: Duration? = .seconds(3600)

    var branches: [Branch] {
        nothing("Ask")
        WaitFor(
            "approved",
            "rejected",
            timeout: timeout,
            onTimeout: timeout == nil ? .fail : onTimeout,
            as: .decision
        )
        .named("decision")
        Do("Pay") { context in
            let decision = try context.require(.decision)
            context["paid"] = .bool(decision.name == "approved")
        }
        Branch("escalate") { nothing("Call") }
    }
}

@Suite struct `Waits in runInline` {
    @Test func `end with the signal that comes first`() async throws {
        let run = await runInline(
            Refund(),
            signals: [
                InlineSignal("rejected", after: .seconds(60)),
                InlineSignal("approved", payload: ["by": "ann"], after: .seconds(30)),
            ]
        )
        #expect(run.state == .completed)
        #expect(run.path == ["main/Ask", "main/decision", "main/Pay"])
        #expect(run.waits == [.seconds(30)])
        #expect(run["paid"] == true)
        #expect(try run[.decision]?.payload(as: [String: String].self) == ["by": "ann"])
        #expect(run[.decision]?.sentAt == "2026-01-01T00:00:30Z")
    }

    @Test func `read a signal that was there before, and each signal once`() async {
        let run = await runInline(
            Flow {
                WaitFor("a").named("one")
                WaitFor("a", timeout: .seconds(5), onTimeout: .goOn).named("two")
            },
            signals: [InlineSignal("a"), InlineSignal("b")]
        )
        #expect(run.state == .completed)
        #expect(run.waits == [.seconds(5)])
    }

    @Test func `go to a branch when the time is over`() async {
        let run = await runInline(Refund(), signals: [InlineSignal("approved", after: .seconds(3601))])
        #expect(run.path == ["main/Ask", "main/decision", "escalate/Call", "main/Pay"])
        #expect(run.waits == [.seconds(3600)])
        #expect(run[.decision]?.hasTimedOut == true)
        #expect(run["paid"] == false)
    }

    @Test func `fail when the time is over, or when nothing can end them`() async {
        let late = await runInline(Refund(onTimeout: .fail))
        #expect(late.state == .failed)
        #expect(late.path == ["main/Ask"])
        #expect("\(late.error.map { "\($0)" } ?? "")".contains("no signal approved or rejected came in time"))
        let forever = await runInline(Refund(timeout: nil))
        #expect(forever.state == .failed)
        #expect("\(forever.error.map { "\($0)" } ?? "")".contains("signals: [InlineSignal(…)]"))
    }

    @Test func `sleep in virtual time`() async {
        let now = Date(timeIntervalSince1970: 0)
        let run = await runInline(
            Flow {
                Sleep(for: .seconds(86_400))
                Sleep(until: GlobalKey("due_at"))
                Sleep(until: GlobalKey("unset"))
            },
            now: now
        ) { $0[GlobalKey<Date>("due_at")] = now + 90_000 }
        #expect(run.state == .completed)
        #expect(run.waits == [.seconds(86_400), .seconds(3600)])
    }
}
