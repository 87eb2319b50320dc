import BackOps
import Testing

@Suite struct `A dispatcher that stops` {
    private let job = ClaimedJob.sample(1)

    /// A dispatcher whose job 1 runs.
    private func dispatcher() throws -> DrivenDispatcher {
        var dispatcher = try DrivenDispatcher(gracePeriod: .seconds(30))
        try dispatcher.claim(job, at: 0)
        return dispatcher
    }

    @Test func `claims nothing more, tells the database, and ends when everything is written`() throws {
        var dispatcher = try dispatcher()
        let stop = dispatcher.tell(.stop(.graceful), at: 1)
        #expect(stop.requests.contains("stopping"))
        #expect(!stop.requests.contains("claim"))
        #expect(stop.cancelled == [])
        _ = dispatcher.tell(try stop.exchange.answered(), at: 2)
        #expect(dispatcher.tell(.woken, at: 3).exchanges.isEmpty)
        let ended = dispatcher.tell(.returned(job), at: 4)
        #expect(ended.requests == ["complete 10"])
        #expect(ended.end == nil)
        #expect(dispatcher.tell(try ended.exchange.answered(), at: 5).end == .stopped)
    }

    @Test func `cancels what goes on after the grace period, and leaves without it 2 s later`() throws {
        var dispatcher = try dispatcher()
        let stop = dispatcher.tell(.stop(.graceful), at: 1)
        let told = dispatcher.tell(try stop.exchange.answered(), at: 2)
        #expect(told.cancelled == [])
        #expect(dispatcher.tell(at: 30_000).cancelled == [])
        #expect(dispatcher.tell(at: 30_001).cancelled == [10])
        let last = dispatcher.tell(at: 32_000)
        #expect(last.end == nil)
        #expect(last.waitsUntil == .ms(32_001))
        #expect(dispatcher.tell(at: 32_001).end == .stopped)
    }

    @Test func `at once cancels what runs, and hands it back`() throws {
        var dispatcher = try dispatcher()
        let stop = dispatcher.tell(.stop(.now), at: 1)
        #expect(stop.cancelled == [10])
        _ = dispatcher.tell(try stop.exchange.answered(), at: 2)
        let gaveWay = dispatcher.tell(.gaveWay(job), at: 3)
        #expect(gaveWay.requests == ["release 10"])
        #expect(dispatcher.tell(try gaveWay.exchange.answered(), at: 4).end == .stopped)
    }

    @Test func `may be told to hurry`() throws {
        var dispatcher = try dispatcher()
        _ = dispatcher.tell(.stop(.graceful), at: 1)
        #expect(dispatcher.tell(.stop(.whenIdle), at: 2).cancelled == [])
        #expect(dispatcher.tell(.stop(.now), at: 3).cancelled == [10])
        #expect(dispatcher.tell(.stop(.now), at: 4).lines == [])
    }

    @Test func `takes back what waits for a slot before it cancels what has one`() throws {
        var dispatcher = try dispatcher()
        dispatcher.oldestWaiting = .ms(0)
        let stop = dispatcher.tell(.stop(.now), at: 1)
        #expect(stop.withdrawsWaiting)
        #expect(stop.cancelled == [])
        dispatcher.oldestWaiting = nil
        let withdrawn = dispatcher.tell(.withdrawn(claims: []), at: 1)
        #expect(withdrawn.cancelled == [10])
    }

    @Test func `hands back what an answer hands over afterwards`() throws {
        var dispatcher = try DrivenDispatcher()
        let claim = try dispatcher.tell(.woken, at: 0).exchange
        #expect(dispatcher.tell(.stop(.graceful), at: 1).exchanges.isEmpty)
        let late = dispatcher.tell(claim.answered(jobs: [job]), at: 2)
        #expect(late.startedClaims == [])
        #expect(late.requests.contains("release 10"))
    }

    @Test func `says which results are not written because the database is away`() throws {
        var dispatcher = try dispatcher()
        let ended = try dispatcher.tell(.returned(job), at: 1).exchange
        _ = dispatcher.tell(ended.failed(), .stop(.now), at: 2)
        #expect(dispatcher.tell(at: 2002).end == .stopped)
        let left = dispatcher.tell(.left, at: 2003)
        #expect(left.lost == [10])
        #expect(
            left.lines.contains(
                "result of an action is not written: the worker stops before the database takes it"
            )
        )
    }

    @Test func `when nothing is left looks for jobs and suspects first`() throws {
        var dispatcher = try DrivenDispatcher()
        var step = dispatcher.tell(.stop(.whenIdle), .woken, at: 0)
        var requests: [String] = []
        for now in stride(from: 20, to: 1000, by: 20) where step.end == nil {
            let settled = dispatcher.settle(step, at: now)
            requests += settled.requests
            step = settled.end == nil ? dispatcher.tell(at: now) : settled
        }
        #expect(step.end == .stopped)
        #expect(requests.first == "claim")
        #expect(requests.contains("claimSuspect"))
    }
}
