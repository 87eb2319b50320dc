import BackOps
import LibPQ
import Testing

@Suite struct `A dispatcher` {
    private let job = ClaimedJob.sample(1)

    @Test func `claims nothing before the heartbeat has connected`() throws {
        var dispatcher = try DrivenDispatcher(connected: nil)
        #expect(dispatcher.tell(.woken, at: 0).requests == [])
        #expect(dispatcher.tell(.connected(.listens), .woken, at: 10).requests == ["claim", "nextDue"])
    }

    @Test func `starts what it claimed, and writes what became of it with the next claim`() throws {
        var dispatcher = try DrivenDispatcher()
        let claim = dispatcher.tell(.woken, at: 0)
        #expect(claim.requests == ["claim", "nextDue"])
        let claimed = dispatcher.tell(try claim.exchange.answered(jobs: [job]), at: 1)
        #expect(claimed.startedClaims == [10])
        let ended = dispatcher.tell(try claimed.exchange.answered(), .returned(job), at: 2)
        #expect(ended.requests.first == "complete 10")
        #expect(ended.requests.contains("claim"))
        #expect(ended.concluded == [])
        let written = dispatcher.tell(try ended.exchange.answered(), at: 3)
        #expect(written.concluded == [10])
    }

    @Test func `goes on with the action that the answer hands over, under its new claim`() throws {
        var dispatcher = try DrivenDispatcher()
        try dispatcher.claim(job, at: 0)
        let ended = dispatcher.tell(.returned(job), at: 1)
        let next = CompletionResult.Next(claimID: 11, position: 2, action: "Ship")
        let advanced = dispatcher.tell(try ended.exchange.answered(.advanced, next: next), at: 2)
        #expect(advanced.startedClaims == [11])
        #expect(advanced.started.first?.action == "Ship")
    }

    @Test func `sends two batches at once while its work is large, and a small one not`() throws {
        var dispatcher = try DrivenDispatcher(slots: 40)
        let jobs = (1...40).map { ClaimedJob.sample($0) }
        let claim = try dispatcher.tell(.woken, at: 0).exchange
        dispatcher.settle(dispatcher.tell(claim.answered(jobs: jobs), at: 1), at: 1)
        let first = dispatcher.tell(jobs[..<10].map { .returned($0) }, at: 2)
        #expect(first.exchanges.count == 1)
        #expect(dispatcher.tell(jobs[10..<11].map { .returned($0) }, at: 3).exchanges.count == 0)
        #expect(dispatcher.tell(jobs[11..<25].map { .returned($0) }, at: 3).exchanges.count == 1)
        #expect(dispatcher.tell(jobs[25...].map { .returned($0) }, at: 4).exchanges.count == 0)
    }

    @Test func `does not start a job that was taken away before the answer that hands it over has come`()
        throws
    {
        var dispatcher = try DrivenDispatcher()
        let claim = try dispatcher.tell(.woken, at: 0).exchange
        _ = dispatcher.tell(.lost(claim: 10), at: 1)
        let late = dispatcher.tell(claim.answered(jobs: [job, .sample(2)]), at: 2)
        #expect(late.startedClaims == [20])
        #expect(late.lines == ["action does not start: its claim was taken away"])
    }

    @Test func `does not start a successor that was taken away before the action's own commit was heard of`()
        throws
    {
        var dispatcher = try DrivenDispatcher()
        try dispatcher.claim(job, at: 0)
        // Nothing is under way but the action, which has committed, and another round trip comes back in between.
        _ = dispatcher.tell(.lost(claim: 11), at: 1)
        dispatcher.settle(dispatcher.tell(.woken, at: 2), at: 2)
        let next = CompletionResult.Next(claimID: 11, position: 2, action: "Ship")
        let ended = dispatcher.tell(.committed(job, next: next), at: 3)
        #expect(ended.startedClaims == [])
        #expect(ended.lines == ["action does not start: its claim was taken away"])
    }

    @Test func `cancels an action whose claim was taken away, and does not write its result`() throws {
        var dispatcher = try DrivenDispatcher()
        try dispatcher.claim(job, at: 0)
        #expect(dispatcher.tell(.lost(claim: 10), at: 1).cancelled == [10])
        let ended = dispatcher.tell(.returned(job), at: 2)
        #expect(ended.lost == [10])
        #expect(!ended.requests.contains("complete 10"))
    }

    @Test func `takes an answer once`() throws {
        var dispatcher = try DrivenDispatcher()
        let claim = try dispatcher.tell(.woken, at: 0).exchange
        #expect(dispatcher.tell(claim.answered(jobs: [job]), at: 1).startedClaims == [10])
        #expect(dispatcher.tell(claim.answered(jobs: [.sample(2)]), at: 2).startedClaims == [])
    }

    @Test func `hands a last attempt back that finds no slot`() throws {
        var dispatcher = try DrivenDispatcher()
        let last = ClaimedJob.sample(1, attempt: 25)
        let claimed = try dispatcher.claim(last, at: 0)
        #expect(claimed.startedClaims == [10])
        let step = dispatcher.tell(.foundNoSlot(claim: 10), at: 1)
        #expect(step.requests.first == "release 10")
    }

    @Test func `takes back what has waited for half a second, and hands it back`() throws {
        var dispatcher = try DrivenDispatcher(slots: 1)
        let jobs = [job, .sample(2), .sample(3)]
        let claim = try dispatcher.tell(.woken, at: 0).exchange
        dispatcher.settle(dispatcher.tell(claim.answered(jobs: jobs), at: 0), at: 0)
        dispatcher.oldestWaiting = .ms(0)
        #expect(!dispatcher.tell(at: 499).withdrawsWaiting)
        #expect(dispatcher.tell(at: 500).withdrawsWaiting)
        dispatcher.oldestWaiting = nil
        let step = dispatcher.tell(.withdrawn(claims: [20, 30]), at: 500)
        #expect(step.requests.first == "release 20,30")
    }

    @Test func `sleeps until an outcome is offered again that a suspect has to wait for`() throws {
        var dispatcher = try DrivenDispatcher()
        try dispatcher.claim(job, at: 0)
        let ended = try dispatcher.tell(.foundSuspects, .returned(job), at: 1).exchange
        let busy = dispatcher.settle(dispatcher.tell(ended.answered(.busy), at: 2), at: 2)
        #expect(!busy.requests.contains("claimSuspect"))
        let waiting = dispatcher.tell(at: 3)
        #expect(waiting.exchanges.isEmpty)
        #expect(waiting.waitsUntil == .ms(4))
        let written = dispatcher.tell(try dispatcher.tell(at: 4).exchange.answered(), at: 5)
        #expect(written.requests == ["claimSuspect"])
    }

    /// Found by the simulation: a claim that came to the server after the worker had asked was never heard of again.
    @Test func `asks once more what it holds, two leases after an answer was lost`() throws {
        var dispatcher = try DrivenDispatcher()
        let claim = try dispatcher.tell(.woken, at: 0).exchange
        _ = dispatcher.tell(claim.failed(), at: 10)
        var asked: [Int] = []
        for now in stride(from: 1_000, through: 120_000, by: 1_000) {
            let step = dispatcher.settle(dispatcher.tell(at: now), at: now)
            if step.requests.contains("held") { asked.append(now) }
        }
        #expect(asked == [1_000, 31_000])
    }

    /// Found by the simulation: other jobs were started beside it after two seconds.
    @Test func `lets a suspect run alone that it learns of only when it asks what it holds`() throws {
        var dispatcher = try DrivenDispatcher()
        dispatcher.settle(dispatcher.tell(at: 0), at: 0)
        let asked = try dispatcher.tell(.foundSuspects, at: 1).exchange
        #expect(asked.requests.map(\.words) == ["claimSuspect"])
        _ = dispatcher.tell(asked.failed(), at: 2)
        let question = try dispatcher.tell(at: 1_000).exchange
        #expect(question.requests.map(\.words) == ["held"])
        let learnt = dispatcher.tell(question.answered(held: [job]), at: 1_001)
        #expect(learnt.startedClaims == [job.claim.claimID])
        for later in stride(from: 1_100, to: 20_000, by: 500) {
            #expect(
                !dispatcher.settle(dispatcher.tell(.woken, at: later), at: later).requests.contains("claim")
            )
        }
    }

    /// Found by the simulation: a claim that came late was started beside it.
    @Test func `gives back what it holds without having known, while a suspect runs`() throws {
        var dispatcher = try DrivenDispatcher()
        dispatcher.settle(dispatcher.tell(at: 0), at: 0)
        let asked = try dispatcher.tell(.foundSuspects, at: 1).exchange
        _ = dispatcher.tell(asked.failed(), at: 2)
        let question = try dispatcher.tell(at: 1_000).exchange
        dispatcher.settle(dispatcher.tell(question.answered(held: [job]), at: 1_001), at: 1_002)
        // Two leases after the answer that was lost it asks once more.
        for now in stride(from: 2_000, through: 60_000, by: 1_000) {
            var step = dispatcher.tell(at: now)
            while let exchange = step.exchanges.first {
                if exchange.requests.map(\.words).contains("held") {
                    let learnt = dispatcher.tell(exchange.answered(held: [job, .sample(2)]), at: now + 1)
                    #expect(learnt.startedClaims == [])
                    #expect(learnt.requests.first == "release 20")
                    return
                }
                step = dispatcher.tell(exchange.answered(), at: now + 1)
            }
        }
        Issue.record("it never asked again")
    }

    @Test func `decides the same when it is told the same`() throws {
        func history() throws -> [String] {
            var dispatcher = try DrivenDispatcher(seed: 7)
            let jobs = (1...8).map { ClaimedJob.sample($0) }
            let claim = try dispatcher.tell(.woken, at: 0).exchange
            var steps = [dispatcher.tell(claim.answered(jobs: jobs), at: 1)]
            let again = try steps[0].exchange
            steps.append(dispatcher.tell(again.failed(), .lost(claim: 30), at: 2))
            steps.append(dispatcher.tell(.stop(.now), at: 3))
            steps.append(dispatcher.tell(jobs.reversed().map { .gaveWay($0) }, at: 4))
            return steps.map { "\($0.requests) \($0.cancelled) \(String(describing: $0.waitsUntil))" }
        }
        #expect(try history() == history())
    }
}

@Suite struct `An outcome that is refused` {
    private let job = ClaimedJob.sample(1)

    /// A dispatcher whose jobs 1 and 2 run.
    private func dispatcher() throws -> DrivenDispatcher {
        var dispatcher = try DrivenDispatcher()
        try dispatcher.claim(job, .sample(2), at: 0)
        return dispatcher
    }

    @Test func `because its row is locked is offered again 2 ms later`() throws {
        var dispatcher = try dispatcher()
        let ended = try dispatcher.tell(.returned(job), at: 1).exchange
        let busy = dispatcher.settle(dispatcher.tell(ended.answered(.busy), at: 2), at: 2)
        #expect(busy.concluded == [])
        #expect(!busy.requests.contains("complete 10"))
        #expect(dispatcher.tell(at: 3).exchanges.isEmpty)
        #expect(dispatcher.tell(at: 4).requests.first == "complete 10")
    }

    @Test func `because of what it holds is the failure of its action`() throws {
        var dispatcher = try dispatcher()
        let ended = try dispatcher.tell(.returned(job), at: 1).exchange
        let apart = dispatcher.tell(ended.refused(.invalidTextRepresentation), at: 2)
        #expect(apart.requests.first == "complete 10")
        #expect(apart.exchanges.first?.isSeparate == true)
        let refused = dispatcher.tell(try apart.exchange.refused(.invalidTextRepresentation), at: 3)
        #expect(refused.failed == [10])
        #expect(dispatcher.tell(at: 10_000).requests.first == "fail 10")
    }

    @Test func `with others is looked for one by one`() throws {
        var dispatcher = try dispatcher()
        let ended = try dispatcher.tell(.returned(job), .returned(.sample(2)), at: 1).exchange
        #expect(ended.requests.first?.words == "complete 10,20")
        let apart = dispatcher.tell(ended.refused(.invalidTextRepresentation), at: 2)
        #expect(apart.requests.prefix(2) == ["complete 10", "complete 20"])
    }

    @Test func `because the job is somebody else's is dropped with a warning`() throws {
        var dispatcher = try dispatcher()
        let ended = try dispatcher.tell(.returned(job), at: 1).exchange
        let stale = dispatcher.tell(ended.answered(.stale), at: 2)
        #expect(stale.lost == [10])
        #expect(stale.lines == ["result of an action is refused: the job is not this worker's any more"])
    }

    @Test func `because nothing can be written now is kept, with one warning`() throws {
        var dispatcher = try dispatcher()
        let ended = try dispatcher.tell(.returned(job), at: 1).exchange
        let warning = "database refuses what the worker writes; it tries again until it is taken"
        let refused = dispatcher.tell(ended.refused(.readOnlyTransaction), at: 2)
        #expect(refused.lines == [warning])
        #expect(refused.exchanges.isEmpty)
        let again = dispatcher.tell(at: 10_000)
        #expect(again.requests.first == "complete 10")
        let refusedAgain = dispatcher.tell(try again.exchange.refused(.readOnlyTransaction), at: 10_001)
        #expect(refusedAgain.lines == [])
        let taken = dispatcher.tell(try dispatcher.tell(at: 30_000).exchange.answered(), at: 30_001)
        #expect(taken.lines == ["database takes what the worker writes again"])
        #expect(taken.concluded == [10])
    }
}
