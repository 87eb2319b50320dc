import BackOps
import LibPQ
import Testing

@Suite struct `The outbox` {
    private static let failure = FailureRecord(Failure.permanent("broken"))

    private static let requests: [Request] = [
        .complete([.sample(1), .sample(2)], continues: true),
        .fail([1, 2].map { FailedAttempt(.sample($0), failure, endedAt: start) }),
        .snooze([1, 2].map { SnoozedAttempt(claim: .sample($0), snooze: Snooze(.in(.seconds(1)))) }),
        .release([.sample(1), .sample(2)], began: true),
        .release([.sample(1), .sample(2)], began: false),
    ]

    @Test(arguments: requests)
    func `takes back the outcomes of a request, except settled ones`(request: Request) {
        var outbox = Outbox()
        outbox.restore(request, except: [.sample(2)])
        #expect(outbox.count == 1)
        #expect(outbox.claims == [.sample(1)])
    }

    @Test func `takes back every kind to where it came from`() {
        var outbox = Outbox()
        outbox.restore(Self.requests)
        #expect(outbox.completions.count == 2)
        #expect(outbox.failures.count == 2)
        #expect(outbox.snoozes.count == 2)
        #expect(outbox.releases.count == 2)
        #expect(outbox.neverStarted.count == 2)
        #expect(outbox.count == 10)
    }

    @Test func `keeps logs, and is not empty with logs alone`() {
        var outbox = Outbox()
        outbox.restore(.logs([(.sample(1), "[]")]))
        #expect(outbox.count == 0)
        #expect(!outbox.isEmpty)
        let removed = outbox.remove([.sample(1)])
        #expect(removed.isEmpty)
        #expect(outbox.logs.count == 1)
    }

    @Test(arguments: [
        Request.sleeping(true), .stopping, .progress([]), .held(unseen: false), .stillHeld([.sample(1)]),
        .lost([.sample(1)]), .describe(.sample(1)), .nextDue,
    ])
    func `takes nothing back of a request that writes no outcome`(request: Request) {
        var outbox = Outbox()
        outbox.restore(request)
        #expect(outbox.isEmpty)
        #expect(request.claims.isEmpty)
    }

    @Test(arguments: requests)
    func `gives the outcomes it forgets`(request: Request) {
        var outbox = Outbox()
        outbox.restore(request)
        let removed = outbox.remove([.sample(2), .sample(3)])
        #expect(removed.claims == [.sample(2)])
        #expect(outbox.claims == [.sample(1)])
    }
}
