import BackOps
import LibPQ
import Testing

@Suite struct `An action that completes itself` {
    private let job = ClaimedJob.sample(1)

    /// The action of job 1 has committed, and the database has handed over what comes next.
    private var committed: Dispatcher.Event {
        let next = CompletionResult.Next(claimID: 11, position: 2, action: "Ship")
        return .ended(
            EndedAction(
                end: AttemptEnd(job: job, duration: .milliseconds(10)),
                outcome: .committed(ActionResult()),
                committed: CompletionResult(claim: job.claim, outcome: .advanced, next: next)
            )
        )
    }

    @Test func `is followed by the next one, and nothing is left to write`() throws {
        var dispatcher = try DrivenDispatcher()
        try dispatcher.claim(job, at: 0)
        let step = dispatcher.tell(committed, at: 1)
        #expect(step.concluded == [10])
        #expect(step.startedClaims == [11])
        #expect(!step.requests.contains("complete 10"))
    }

    @Test func `is followed once by a job that the worker learned of before`() throws {
        var dispatcher = try DrivenDispatcher()
        try dispatcher.claim(job, at: 0)
        let asked = try dispatcher.tell(.connected(.listens), at: 1).exchange
        #expect(asked.requests.map(\.words).contains("held"))
        let held = dispatcher.tell(asked.answered(held: [.sample(1, claim: 11)]), at: 2)
        #expect(held.startedClaims == [11])
        #expect(dispatcher.tell(committed, at: 3).startedClaims == [])
    }
}

@Suite struct `Jobs of which one cannot be sent` {
    private let jobs = [ClaimedJob.sample(1), .sample(2)]

    @Test func `are claimed without what belongs to them, which each is asked for by itself`() throws {
        var dispatcher = try DrivenDispatcher()
        let claim = try dispatcher.tell(.woken, at: 0).exchange
        let refused = RoundTripAnswer(
            number: claim.number,
            answers: .success([
                .failure(PQError(.server, "No.", sqlState: .invalidTextRepresentation)),
                .success(.nextDue(nil)),
            ])
        )
        let step = dispatcher.tell(.answered(refused), at: 1)
        #expect(step.lines == ["jobs cannot be read together; each is read by itself"])
        let unseen = try dispatcher.tell(at: 10_000).exchange
        let named = dispatcher.tell(unseen.answered(jobs: jobs), at: 10_001)
        #expect(named.startedClaims == [])
        #expect(named.requests.prefix(2) == ["describe", "describe"])
        #expect(named.exchanges.first?.isSeparate == true)
        let described = dispatcher.tell(try named.exchange.answered(jobs: jobs), at: 10_002)
        #expect(described.startedClaims == [10, 20])
    }

    @Test func `start, except for one that cannot be read, whose operation fails`() throws {
        var dispatcher = try DrivenDispatcher()
        let claim = try dispatcher.tell(.woken, at: 0).exchange
        let error = PQError(.decoding, "The bytes make no sense.")
        let rows = ClaimedRows(jobs: [jobs[0]], unreadable: [(jobs[1].claim, error)])
        let answers: [Result<Answer, PQError>] = [.success(.jobs(rows)), .success(.nextDue(nil))]
        let answer = RoundTripAnswer(number: claim.number, answers: .success(answers))
        let step = dispatcher.tell(.answered(answer), at: 1)
        #expect(step.startedClaims == [10])
        #expect(step.lines == ["a claimed job cannot be read; its operation fails"])
        #expect(step.requests.first == "fail 20")
    }
}

@Suite struct `An answer about a completion that cannot be read` {
    private let job = ClaimedJob.sample(1)

    @Test func `lets the worker ask what it holds, and hand the job back`() throws {
        var dispatcher = try DrivenDispatcher()
        try dispatcher.claim(job, at: 0)
        let ended = try dispatcher.tell(.returned(job), at: 1).exchange
        let error = PQError(.decoding, "The database answered \"perhaps\".")
        let answers = ended.requests.map { request -> Result<Answer, PQError> in
            switch request {
            case .complete: .success(.completed([.unreadable(job.claim, error)]))
            case .nextDue: .success(.nextDue(nil))
            case .claim: .success(.jobs(ClaimedRows()))
            default: .success(.done)
            }
        }
        let answer = RoundTripAnswer(number: ended.number, answers: .success(answers))
        let doubted = dispatcher.tell(.answered(answer), at: 2)
        #expect(doubted.lost == [10])
        #expect(doubted.requests == ["held"])
        let held = dispatcher.tell(try doubted.exchange.answered(held: [job]), at: 3)
        #expect(held.startedClaims == [])
        #expect(held.requests.first == "release 10")
    }
}

@Suite struct `Reports of progress` {
    private let job = ClaimedJob.sample(1)
    private let half = ProgressReport(progress: 0.5, note: nil)

    @Test func `are written once a second`() throws {
        var dispatcher = try DrivenDispatcher()
        try dispatcher.claim(job, at: 0)
        dispatcher.reports = [(job.claim, half)]
        #expect(!dispatcher.settle(dispatcher.tell(at: 999), at: 999).requests.contains("progress"))
        #expect(dispatcher.tell(at: 1000).requests == ["progress"])
    }

    @Test func `are given back when they were not written`() throws {
        var dispatcher = try DrivenDispatcher()
        try dispatcher.claim(job, at: 0)
        dispatcher.reports = [(job.claim, half)]
        dispatcher.settle(dispatcher.tell(at: 999), at: 999)
        let lost = dispatcher.tell(try dispatcher.tell(at: 1000).exchange.failed(), at: 1001)
        #expect(lost.restored == [10])
    }

    @Test func `of an action that does not run any more are dropped`() throws {
        var dispatcher = try DrivenDispatcher()
        try dispatcher.claim(job, at: 0)
        dispatcher.reports = [(job.claim, half), (.sample(2), half)]
        dispatcher.settle(dispatcher.tell(at: 999), at: 999)
        let lost = dispatcher.tell(try dispatcher.tell(at: 1000).exchange.failed(), at: 1001)
        #expect(lost.restored == [10])
    }
}

extension Step {
    /// The actions that are given reports back.
    fileprivate var restored: [Int64] {
        commands.flatMap { command -> [Int64] in
            if case .restoreReports(let reports) = command { reports.map(\.claim.claimID) } else { [] }
        }
    }
}
