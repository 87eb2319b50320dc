import BackOps
import LibPQ
import Logging

/// A dispatcher without process, database and clock: the test tells what happens, and looks at what is to be done.
struct DrivenDispatcher {
    private var dispatcher: Dispatcher
    private var commands: [Dispatcher.Command] = []

    /// Since when the action that is next has waited for a slot.
    var oldestWaiting: Instant?

    /// What running actions have reported and nobody has looked at.
    var reports: [(claim: Claim, report: ProgressReport)] = []

    /// Makes the dispatcher of a worker whose heartbeat has connected.
    init(
        slots: Int = 10,
        gracePeriod: Duration = .seconds(30),
        seed: UInt64 = 1,
        connected: WakeMode? = .listens
    ) throws {
        var configuration = WorkerConfiguration()
        configuration.concurrency = slots
        configuration.gracePeriod = gracePeriod
        dispatcher = Dispatcher(
            configuration,
            try Registry([]),
            at: start,
            jitter: JitterGenerator(seed: seed)
        )
        if let connected { dispatcher.handle(.connected(connected), at: start, into: &commands) }
        commands = []
    }

    /// Tells what has happened, and that it was all.
    mutating func tell(_ events: Dispatcher.Event..., at milliseconds: Int) -> Step {
        tell(events, at: milliseconds)
    }

    mutating func tell(_ events: [Dispatcher.Event], at milliseconds: Int) -> Step {
        let now = Instant.ms(milliseconds)
        commands = []
        for event in events { dispatcher.handle(event, at: now, into: &commands) }
        if dispatcher.asksForReports(at: now) {
            dispatcher.handle(.reports(reports), at: now, into: &commands)
            reports = []
        }
        dispatcher.handle(.caughtUp(oldestWaiting: oldestWaiting), at: now, into: &commands)
        return Step(commands: commands)
    }

    /// Answers the round trips of a step, and those that follow, until nothing is sent any more.
    ///
    /// - Returns: What was done in all.
    @discardableResult mutating func settle(_ step: Step, at milliseconds: Int) -> Step {
        var all = step
        var last = step
        while !last.exchanges.isEmpty {
            last = tell(last.exchanges.map { $0.answered() }, at: milliseconds)
            all.commands += last.commands
        }
        return all
    }

    /// Claims jobs, all of which start, and answers what is sent besides.
    @discardableResult mutating func claim(_ jobs: ClaimedJob..., at milliseconds: Int) throws -> Step {
        let claim = try tell(.woken, at: milliseconds).exchange
        return settle(tell(claim.answered(jobs: jobs), at: milliseconds), at: milliseconds)
    }
}

/// What a dispatcher has decided.
struct Step {
    fileprivate(set) var commands: [Dispatcher.Command]

    private struct NoExchange: Error {}

    var exchanges: [Dispatcher.Exchange] {
        commands.compactMap { if case .send(let exchange) = $0 { exchange } else { nil } }
    }

    /// The only round trip that is to be made.
    var exchange: Dispatcher.Exchange {
        get throws {
            guard let only = exchanges.first, exchanges.count == 1 else { throw NoExchange() }
            return only
        }
    }

    /// What is sent, in words.
    var requests: [String] { exchanges.flatMap(\.requests).map(\.words) }

    var started: [ClaimedJob] {
        commands.compactMap { if case .start(let job, _) = $0 { job } else { nil } }
    }

    var startedClaims: [Int64] { started.map(\.claim.claimID) }

    var cancelled: [Int64] {
        commands.compactMap { if case .cancel(let job) = $0 { job.claim.claimID } else { nil } }
    }

    var concluded: [Int64] {
        commands.compactMap {
            if case .tell(.conclude(let end, _)) = $0 { end.job.claim.claimID } else { nil }
        }
    }

    var failed: [Int64] {
        commands.compactMap {
            if case .tell(.conclude(let end, .failed)) = $0 { end.job.claim.claimID } else { nil }
        }
    }

    /// Attempts whose results count for nothing.
    var lost: [Int64] {
        commands.compactMap { if case .tell(.lose(let end)) = $0 { end.job.claim.claimID } else { nil } }
    }

    var lines: [String] {
        commands.compactMap { if case .tell(.log(let line)) = $0 { line.message.description } else { nil } }
    }

    var withdrawsWaiting: Bool {
        commands.contains { if case .withdrawWaiting = $0 { true } else { false } }
    }

    /// When the dispatcher wants to be asked again.
    var waitsUntil: Instant? {
        commands.lazy.compactMap { if case .wait(let moment, _) = $0 { moment } else { nil } }.first
    }

    var end: Dispatcher.End? {
        commands.lazy.compactMap { if case .finish(let end) = $0 { end } else { nil } }.first
    }
}

extension Dispatcher.Event {
    /// The action of a job has returned.
    static func returned(_ job: ClaimedJob) -> Self {
        let end = AttemptEnd(job: job, duration: .milliseconds(10))
        return .ended(EndedAction(end: end, outcome: .completed(ActionResult())))
    }

    /// The action of a job has committed its own transaction, and the operation goes on.
    static func committed(_ job: ClaimedJob, next: CompletionResult.Next) -> Self {
        let end = AttemptEnd(job: job, duration: .milliseconds(10))
        let result = CompletionResult(claim: job.claim, outcome: .advanced, next: next)
        return .ended(EndedAction(end: end, outcome: .committed(ActionResult()), committed: result))
    }

    /// The action of a job has given way to its cancellation.
    static func gaveWay(_ job: ClaimedJob) -> Self {
        .ended(EndedAction(end: AttemptEnd(job: job, duration: .milliseconds(10)), outcome: .cancelled))
    }
}

extension Dispatcher.Exchange {
    /// The round trip comes back.
    ///
    /// - Parameters:
    ///   - jobs: What a claim gives.
    ///   - held: What the worker holds, for the database.
    ///   - outcome: What becomes of completions.
    ///   - next: What they go on with.
    /// - Returns: The event.
    func answered(
        jobs: [ClaimedJob] = [],
        held: [ClaimedJob] = [],
        _ outcome: CompletionResult.Outcome = .completed,
        next: CompletionResult.Next? = nil
    ) -> Dispatcher.Event {
        let answers = requests.map { $0.answer(jobs, held, outcome, next) }
        return .answered(RoundTripAnswer(number: number, answers: .success(answers.map { .success($0) })))
    }

    /// The server refuses every outcome; where the statements share a transaction, the other ones with it.
    func refused(_ state: SQLState) -> Dispatcher.Event {
        let refusal = PQError(.server, "No.", sqlState: state)
        let answers = requests.map { request -> Result<Answer, PQError> in
            if request.isOutcome { return .failure(refusal) }
            if isSeparate { return .success(request.answer([], [], .completed, nil)) }
            return .failure(PQError(.pipelineAborted, "Aborted."))
        }
        return .answered(RoundTripAnswer(number: number, answers: .success(answers)))
    }

    /// The connection dies.
    func failed() -> Dispatcher.Event {
        let error = PQError(.connectionLost, "The server closed the connection.")
        return .answered(RoundTripAnswer(number: number, answers: .failure(error)))
    }
}

extension Request {
    /// What it is, and the claims whose outcomes it writes.
    var words: String {
        let kind = String(describing: self).prefix { $0.isLetter }
        return claims.isEmpty
            ? String(kind) : "\(kind) \(claims.map { "\($0.claimID)" }.joined(separator: ","))"
    }

    fileprivate func answer(
        _ jobs: [ClaimedJob],
        _ held: [ClaimedJob],
        _ outcome: CompletionResult.Outcome,
        _ next: CompletionResult.Next?
    ) -> Answer {
        switch self {
        case .sleeping, .stopping, .logs: .done
        case .complete(let attempts, _):
            .completed(
                attempts.map {
                    .content(CompletionResult(claim: $0.job.claim, outcome: outcome, next: next))
                }
            )
        case .fail: .handedBack(claims.map { .content(HandBackResult(claim: $0, outcome: .retrying)) })
        case .snooze: .handedBack(claims.map { .content(HandBackResult(claim: $0, outcome: .snoozed)) })
        case .release: .handedBack(claims.map { .content(HandBackResult(claim: $0, outcome: .released)) })
        case .progress(let reports): .reported(reports.count)
        case .held(unseen: false): .jobs(ClaimedRows(jobs: held))
        case .held(unseen: true): .claims(held.map { .content($0.claim) })
        case .stillHeld(let claims): .claims(claims.map { .content($0) })
        case .lost: .lost([])
        case .claim(_, _, unseen: false): .jobs(ClaimedRows(jobs: jobs))
        case .claim(_, _, unseen: true): .claims(jobs.map { .content($0.claim) })
        case .describe(let claim): .jobs(ClaimedRows(jobs: jobs.filter { $0.claim == claim }))
        case .claimSuspect(unseen: false): .jobs(ClaimedRows())
        case .claimSuspect(unseen: true): .claims([])
        case .nextDue: .nextDue(nil)
        }
    }
}
