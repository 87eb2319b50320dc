import BackOps
import LibPQ
import Testing

@Suite struct `A dispatcher whose database goes away` {
    private let job = ClaimedJob.sample(1)

    /// A dispatcher whose job 1 has ended, and the round trip that writes it.
    private func written() throws -> (DrivenDispatcher, Dispatcher.Exchange) {
        var dispatcher = try DrivenDispatcher()
        try dispatcher.claim(job, at: 0)
        let ended = try dispatcher.tell(.returned(job), at: 1).exchange
        return (dispatcher, ended)
    }

    @Test func `sends nothing until a pause is over, then its outcomes, and asks what it holds`() throws {
        var (dispatcher, lost) = try written()
        let away = dispatcher.tell(lost.failed(), at: 2)
        #expect(away.exchanges.isEmpty)
        let moment = try #require(away.waitsUntil)
        #expect(moment > .ms(2) && moment <= .ms(52))
        #expect(dispatcher.tell(.woken, at: 3).exchanges.isEmpty)
        #expect(dispatcher.tell(at: 60).requests == ["complete 10", "held"])
    }

    @Test func `claims nothing before it knows what it holds, and starts what it did not know of`() throws {
        var (dispatcher, lost) = try written()
        _ = dispatcher.tell(lost.failed(), at: 2)
        let asked = try dispatcher.tell(.woken, at: 60).exchange
        #expect(dispatcher.tell(.woken, at: 61).exchanges.isEmpty)
        let known = dispatcher.tell(asked.answered(held: [.sample(2)], .done), at: 62)
        #expect(known.startedClaims == [20])
        #expect(known.concluded == [10])
        #expect(known.requests.contains("claim"))
    }

    @Test func `neither starts a job again that runs, nor one whose outcome waits`() throws {
        var dispatcher = try DrivenDispatcher()
        try dispatcher.claim(job, .sample(2), at: 0)
        let lost = try dispatcher.tell(.returned(job), at: 1).exchange
        _ = dispatcher.tell(lost.failed(), at: 2)
        let asked = try dispatcher.tell(at: 60).exchange
        let known = dispatcher.tell(asked.answered(held: [job, .sample(2)], .busy), at: 61)
        #expect(known.startedClaims == [])
    }

    @Test func `pauses for longer each time, up to 5 s`() throws {
        var (dispatcher, lost) = try written()
        var now = 2
        for limit in [50, 100, 200, 400, 800, 1600, 3200, 5000, 5000] {
            let away = dispatcher.tell(lost.failed(), at: now)
            let moment = try #require(away.waitsUntil)
            #expect(moment > .ms(now) && moment <= .ms(now + limit))
            now += limit
            lost = try dispatcher.tell(at: now).exchange
        }
    }

    @Test func `says that it is away, and that it is back`() throws {
        var (dispatcher, lost) = try written()
        let away = dispatcher.tell(lost.failed(), at: 2)
        #expect(away.observesOutage)
        let again = dispatcher.tell(try dispatcher.tell(at: 60).exchange.failed(), at: 61)
        #expect(!again.observesOutage)
    }

    @Test func `asks what it holds once more where the heartbeat reconnects while it asks`() throws {
        var (dispatcher, lost) = try written()
        _ = dispatcher.tell(lost.failed(), at: 2)
        let asked = try dispatcher.tell(at: 60).exchange
        let again = dispatcher.tell(.connected(.listens), asked.answered(.done), at: 61)
        #expect(again.requests == ["held"])
        #expect(dispatcher.tell(try again.exchange.answered(), at: 62).requests.contains("claim"))
    }

    @Test func `sleeps when the pause after a refusal is over and nothing is left to send`() throws {
        var dispatcher = try DrivenDispatcher()
        let claim = try dispatcher.tell(.woken, at: 0).exchange
        let settled = dispatcher.settle(dispatcher.tell(claim.answered(), at: 0), at: 0)
        #expect(settled.waitsUntil != nil)
        let step = dispatcher.tell(at: 20)
        let asked = try step.exchange
        #expect(asked.requests.map(\.words) == ["claim", "nextDue"])
        let answers: [Result<Answer, PQError>] = [
            .success(.jobs(ClaimedRows())),
            .failure(PQError(.server, "No.", sqlState: .undefinedFunction)),
        ]
        let answer = RoundTripAnswer(number: asked.number, answers: .success(answers))
        let refused = dispatcher.tell(.answered(answer), at: 21)
        let pause = try #require(refused.waitsUntil)
        #expect(pause > .ms(21) && pause < .ms(100))
        let over = dispatcher.tell(at: 100)
        #expect(over.exchanges.isEmpty)
        #expect(try #require(over.waitsUntil) > .ms(100))
    }

    @Test func `asks every lease what it holds where the database cannot tell`() throws {
        var dispatcher = try DrivenDispatcher(connected: .asks)
        try dispatcher.claim(at: 0)
        let before = dispatcher.settle(dispatcher.tell(at: 14_999), at: 14_999)
        #expect(!before.requests.contains("held"))
        #expect(dispatcher.tell(at: 15_000).requests.contains("held"))
    }
}

extension Step {
    /// Whether the dispatcher has just seen that the database is away.
    fileprivate var observesOutage: Bool {
        commands.contains { if case .tell(.observe(.databaseIsAway)) = $0 { true } else { false } }
    }
}

@Suite struct `The end of a lease` {
    private let job = ClaimedJob.sample(1)

    @Test func `cancels every action, in order, and gives up their outcomes`() throws {
        var dispatcher = try DrivenDispatcher()
        try dispatcher.claim(.sample(3), job, .sample(2), at: 0)
        let step = dispatcher.tell(.returned(job), .leaseEnded, at: 1)
        #expect(step.end == .leaseEnded)
        #expect(step.cancelled == [20, 30])
        #expect(step.lost == [10])
        #expect(step.exchanges.isEmpty)
    }

    @Test func `is the end before slots become free in which others would begin`() throws {
        var dispatcher = try DrivenDispatcher()
        try dispatcher.claim(job, at: 0)
        let commands = dispatcher.tell(.leaseEnded, at: 1).commands
        let finish = try #require(commands.firstIndex { if case .finish = $0 { true } else { false } })
        let cancel = try #require(commands.firstIndex { if case .cancel = $0 { true } else { false } })
        #expect(finish < cancel)
    }

    /// Found by the simulation: nothing was ever told of it, neither in the log nor in the counts.
    @Test func `is told of an outcome that was on its way, whether its answer comes or not`() throws {
        for isAnswered in [true, false] {
            var dispatcher = try DrivenDispatcher()
            try dispatcher.claim(job, at: 0)
            let sent = try dispatcher.tell(.returned(job), at: 1).exchange
            #expect(dispatcher.tell(.leaseEnded, at: 2).end == .leaseEnded)
            let left = dispatcher.tell(isAnswered ? sent.answered(.stale) : sent.failed(), .left, at: 3)
            #expect(left.lost == [10])
            #expect(left.lines.contains { $0.hasPrefix("result of an action is refused") })
        }
    }

    @Test func `shows when the database does not know the worker`() throws {
        var dispatcher = try DrivenDispatcher()
        try dispatcher.claim(job, at: 0)
        let ended = try dispatcher.tell(.returned(job), at: 1).exchange
        #expect(dispatcher.tell(ended.refused(.unknownWorker), at: 2).end == .leaseEnded)
    }
}
