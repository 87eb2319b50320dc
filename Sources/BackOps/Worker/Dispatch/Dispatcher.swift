import Logging

/// Decides what a worker does: claims jobs, starts their actions, and has written what became of them.
///
/// A value: it is told what has happened and at what time, and appends what is to be done. It does no input or output, starts no
/// task, reads no clock, and decides the same whenever it is told the same; ``DispatchLoop`` does it for a process.
///
/// Everything that has to be said to the database goes out in one round trip: results that arrive meanwhile make up the next
/// one, so that an idle worker writes at once and a busy one in batches, without a timer. Where a batch is large, half of it
/// does not wait for the other half: a second round trip goes out, so that worker and database work at the same time.
package struct Dispatcher: Sendable {
    let configuration: WorkerConfiguration
    let registry: Registry

    /// A job whose action runs, or waits for a slot.
    struct RunningJob: Sendable {
        let job: ClaimedJob

        /// Counts the starts of the worker.
        let number: Int

        /// The claim of the operation's next action, when that was started before the answer to this one's own commit came.
        var successor: Int64?
    }

    package internal(set) var phase = Phase.working

    /// By claim; those that wait for a slot, too.
    var running: [Int64: RunningJob] = [:]
    var pace = ClaimPace()
    var look: ClaimSchedule
    var suspects = SuspectTurn()
    var outbox = Outbox()
    var retries = OutcomeRetries()

    /// Failures whose stacks are being given names, and until when they wait for that.
    var resolving: [Claim: (attempt: FailedAttempt, until: Instant)] = [:]

    /// Reports of progress that are to be written.
    var reports: [(claim: Claim, report: ProgressReport)] = []
    var nextProgress: Instant

    /// Claims whose completion has an answer that cannot be read; what this worker still holds of them is handed back.
    var doubtful: Set<Claim> = []

    /// Claims of which even that did not come to anything.
    var abandoned: Set<Claim> = []

    /// Claims of which nothing else is known yet, because they could not be sent together with others.
    var undescribed: [Claim] = []

    /// Jobs are claimed without what belongs to them: the server cannot send it for one of them.
    var claimsUnseen = false

    /// Round trips under way, by number.
    var roundTrips: [Int: RoundTrip] = [:]
    var roundTripsSoFar = 0
    var startsSoFar = 0

    /// A moment after which neither a round trip nor an action's own commit that begins hands a claim over any more.
    struct Loss {
        let roundTrip: Int
        let start: Int
    }

    /// Claims that were taken away, perhaps before the answer that hands them over has come.
    var lostInFlight: [Int64: Loss] = [:]

    /// How well the database takes what it is sent.
    var link = DatabaseLink()

    var reconciliation = Reconciliation()

    /// When to ask without a reason which claims the database holds for this worker; nil for never.
    ///
    /// A pooler may reconnect without a word, and the server that is there afterwards, a standby that took over, may know of
    /// other outcomes than this worker was told.
    var nextReconciliation: Instant?

    /// Until when statements whose answers were lost may still come to the server, and claim something.
    ///
    /// The network goes on carrying what a process has given up, for seconds or more.
    private(set) var lateClaimsUntil: Instant?

    /// How this worker learns that a claim was taken away; nil until the heartbeat has connected.
    ///
    /// Before that it claims nothing: a cancel that comes while nobody listens would not be heard.
    var hearing: WakeMode?

    /// When to ask which claims were taken away; nil while the database tells.
    var nextQuestion: Instant?

    /// The database is to be told that this worker stops: nobody should wake it any more.
    var mustTellStop = false

    /// Spreads what must not happen in all workers at once.
    var jitter: JitterGenerator

    /// How often reports of progress are written.
    package static let progressInterval: Duration = .seconds(1)

    /// How often a worker that cannot listen asks which claims were taken away.
    package static let questionInterval: Duration = .milliseconds(500)

    /// How long cancelled actions may take to end before the worker leaves without them.
    package static let cancellationGrace: Duration = .seconds(2)

    /// How far away a point in time is that is never reached.
    static let never: Duration = .seconds(3600)

    /// Makes the dispatcher of a worker that has just registered.
    ///
    /// - Parameters:
    ///   - configuration: The worker's.
    ///   - registry: Knows the policies of the actions.
    ///   - now: The time.
    ///   - jitter: Spreads waits; the same one gives the same waits.
    package init(
        _ configuration: WorkerConfiguration,
        _ registry: Registry,
        at now: Instant,
        jitter: JitterGenerator
    ) {
        self.configuration = configuration
        self.registry = registry
        self.jitter = jitter
        look = ClaimSchedule(queues: configuration.queues, pollInterval: configuration.pollInterval, at: now)
        nextProgress = now
    }

    /// Takes note of something that has happened.
    ///
    /// - Parameters:
    ///   - event: What has happened.
    ///   - now: When.
    ///   - commands: Gets what is to be done about it, in order.
    package mutating func handle(_ event: Event, at now: Instant, into commands: inout [Command]) {
        switch event {
        case .answered(let answer): land(answer, now, &commands)
        case .ended(let ended): end(ended, now, &commands)
        case .foundNoSlot(let claim): foundNoSlot(claim, now, &commands)
        case .withdrawn(let claims): handBack(claims)
        case .named(let claim, let text): addTrace(text, to: claim)
        case .lost(let claim): lose(claim, &commands)
        case .connected(let hearing): connected(hearing, now, &commands)
        case .woken: look.wake(at: now)
        case .foundSuspects:
            suspects.request(at: now)
            look.lookNow(at: now)
        case .stop(let stop): begin(stop, now, &commands)
        case .leaseEnded: phase = .evicted
        case .reports(let reports): note(reports, now)
        case .caughtUp(let oldestWaiting): decide(oldestWaiting, now, &commands)
        case .left: leaveOutcomes(&commands)
        }
    }
}

// MARK: - What is to be done now

extension Dispatcher {
    private mutating func decide(_ oldestWaiting: Instant?, _ now: Instant, _ commands: inout [Command]) {
        guard phase != .evicted else {
            commands.append(.tell(.observe(.leaseIsLost)))
            // First, or what waits would begin in the slots that become free.
            commands.append(.finish(.leaseEnded))
            cancelEverything(&commands)
            return
        }
        if let command = handBackCommand(oldestWaiting, now) {
            commands.append(command)
            return
        }
        if case .finishing(let until) = phase, until <= now { cancelRest(until, &commands) }
        giveUpTraces(at: now)
        outbox.add(retries.takeDue(at: now))
        if isFinished(at: now) {
            commands.append(.finish(.stopped))
            return
        }
        if freeSlots(at: now) > 0 { look.slotsAreFree(at: now) }
        if let nextReconciliation, nextReconciliation <= now { reconciliation.request() }
        while mustSend(at: now), send(now, &commands) {}
        if freeSlots(at: now) > 0 { look.slotsAreFree(at: now) }
        commands.append(.tell(.observe(.running(min(running.count, configuration.concurrency)))))
        commands.append(.wait(until: nextMoment(oldestWaiting, now), endings: endingsToWaitFor(at: now)))
    }

    /// How many jobs this worker holds at once: the slots, and what short actions can do without.
    func capacity(at now: Instant) -> Int {
        configuration.concurrency + pace.ahead(of: configuration.concurrency, at: now)
    }

    /// Room that neither an action has nor the answer to what was sent, or is to be, may take.
    func freeSlots(at now: Instant) -> Int {
        let reserved = roundTrips.values.reduce(0) { $0 + $1.slots }
        let ended =
            retries.slots(outbox.completions, at: now) + retries.slots(retries.outcomes.completions, at: now)
        return capacity(at: now) - running.count - undescribed.count - ended - reserved
    }

    /// When to look up next, if nothing happens before.
    private func nextMoment(_ oldestWaiting: Instant?, _ now: Instant) -> Instant {
        // What a suspect has to wait for has a moment of its own.
        var moment = phase.claims && (isWritten || !suspects.isRequested) ? look.nextLook : now + Self.never
        if let nextReconciliation { moment = min(moment, nextReconciliation) }
        if !running.isEmpty {
            moment = min(moment, nextProgress)
            if let nextQuestion { moment = min(moment, nextQuestion) }
        }
        // Nothing can be sent before: looking up earlier would be for nothing, again and again.
        if let sendAgainAt = link.sendAgainAt, sendAgainAt > now { moment = sendAgainAt }
        if !roundTrips.isEmpty { moment = now + Self.never }
        if let dueAt = retries.dueAt { moment = min(moment, dueAt) }
        for (_, until) in resolving.values { moment = min(moment, until) }
        if let oldestWaiting { moment = min(moment, oldestWaiting + ClaimPace.patience) }
        switch phase {
        case .finishing(let until), .cancelling(let until): moment = min(moment, until)
        case .working, .draining, .evicted: break
        }
        return moment
    }
}

// MARK: - Actions

extension Dispatcher {
    mutating func start(_ job: ClaimedJob, _ commands: inout [Command]) {
        // After an outage two answers may tell of the same claim.
        guard running[job.claim.claimID] == nil else { return }
        guard lostInFlight.removeValue(forKey: job.claim.claimID) == nil else {
            commands.log(.notice, "action does not start: its claim was taken away", job: job)
            return
        }
        // The answer that hands it over came after the signal.
        guard phase.claims else {
            outbox.neverStarted.append(job.claim)
            return
        }
        running[job.claim.claimID] = RunningJob(job: job, number: startsSoFar)
        startsSoFar += 1
        // Waiting is a risk: it ends as crashed if this process dies meanwhile.
        commands.append(.start(job, mayWait: job.attempt < job.maxAttempts))
    }

    /// A last attempt is handed back rather than left to wait.
    private mutating func foundNoSlot(_ claim: Int64, _ now: Instant, _ commands: inout [Command]) {
        guard let action = running.removeValue(forKey: claim) else { return }
        if !pace.isCautious(at: now) {
            commands.log(
                .debug,
                "worker claims nothing ahead for a while: a last attempt must not wait"
            )
        }
        pace.beCautious(at: now)
        outbox.neverStarted.append(action.job.claim)
    }

    private mutating func end(_ ended: EndedAction, _ now: Instant, _ commands: inout [Command]) {
        let claim = ended.end.job.claim
        pace.ended(after: ended.end.duration)
        // What was lost meanwhile has nothing to say any more; the log was told then.
        guard let action = running.removeValue(forKey: claim.claimID) else {
            commands.append(.tell(.lose(ended.end)))
            return
        }
        suspects.ended(claim.claimID)
        if let log = ended.log { outbox.logs.append((claim, log)) }
        switch ended.outcome {
        // The database has the last word.
        case .completed: outbox.add(ended, at: now)
        case .committed:
            commands.append(.tell(.conclude(ended.end, ended.outcome)))
            settle(ended, action, now, &commands)
        case .failed(let failure) where failure.trace != nil:
            commands.append(.tell(.conclude(ended.end, ended.outcome)))
            resolve(FailedAttempt(ended.end.job, failure, endedAt: now), now, &commands)
        case .failed, .snoozed, .cancelled:
            commands.append(.tell(.conclude(ended.end, ended.outcome)))
            outbox.add(ended, at: now)
        }
    }

    /// The action completed itself; the answer says what comes next.
    private mutating func settle(
        _ ended: EndedAction,
        _ action: RunningJob,
        _ now: Instant,
        _ commands: inout [Command]
    ) {
        guard let completion = ended.committed else { return }
        // What it goes on with may have been started already.
        if let next = completion.next, next.claimID == action.successor { return }
        goOn(after: ended.end.job, completion, now, &commands)
    }

    mutating func lose(_ claim: Int64, _ commands: inout [Command]) {
        guard let action = running.removeValue(forKey: claim) else {
            lostInFlight[claim] = Loss(roundTrip: roundTripsSoFar, start: startsSoFar)
            forgetLosses()
            return
        }
        suspects.ended(claim)
        commands.log(.notice, "action is cancelled: its claim was taken away", job: action.job)
        commands.append(.cancel(action.job))
    }

    /// Forgets claims that nothing that is under way can hand over.
    mutating func forgetLosses() {
        guard !lostInFlight.isEmpty else { return }
        let roundTrip = roundTrips.keys.min() ?? roundTripsSoFar
        let start = running.values.lazy.map(\.number).min() ?? startsSoFar
        lostInFlight = lostInFlight.filter { $0.value.roundTrip > roundTrip || $0.value.start > start }
    }

    /// Whether actions may wait for a slot, so that ``Event/caughtUp(oldestWaiting:)`` has to say since when.
    package var mayHaveWaiting: Bool { running.count > configuration.concurrency || !phase.claims }

    /// Takes back what has waited too long for a slot, or all of it when the worker stops.
    private func handBackCommand(_ oldestWaiting: Instant?, _ now: Instant) -> Command? {
        guard mayHaveWaiting, let oldestWaiting else { return nil }
        guard phase.claims else { return .withdrawWaiting(since: nil) }
        let since = now - ClaimPace.patience
        return oldestWaiting <= since ? .withdrawWaiting(since: since) : nil
    }

    private mutating func handBack(_ claims: [Int64]) {
        guard !claims.isEmpty else { return }
        if phase.claims { pace.stalled() }
        for claim in claims {
            if let action = running.removeValue(forKey: claim) {
                outbox.neverStarted.append(action.job.claim)
            }
        }
    }
}

// MARK: - The heartbeat's news

extension Dispatcher {
    /// What was said while nobody listened was not heard, and another server may be there now: the worker asks.
    private mutating func connected(_ hearing: WakeMode, _ now: Instant, _ commands: inout [Command]) {
        if self.hearing != nil { reconciliation.request() }
        self.hearing = hearing
        commands.append(.tell(.observe(.listens(hearing == .listens))))
        look.pollInterval = configuration.pollInterval(hearing)
        nextQuestion = now
        scheduleReconciliation(at: now)
    }

    /// The worker has just asked what it holds, or begins to: when to do so again without a new reason.
    mutating func scheduleReconciliation(at now: Instant) {
        if let until = lateClaimsUntil, until <= now { lateClaimsUntil = nil }
        nextReconciliation = hearing == .asks ? now + configuration.lease : lateClaimsUntil
    }

    /// An answer is lost: the worker asks what it holds, and once more when nothing of what it has sent can be under way.
    mutating func expectLateClaims(at now: Instant) {
        reconciliation.request()
        lateClaimsUntil = now + configuration.lease * 2
    }

    /// Whether to look for reports of progress, and tell the dispatcher of them.
    package func asksForReports(at now: Instant) -> Bool {
        nextProgress <= now && !running.isEmpty && roundTrips.count < Self.maxRoundTrips
            && !link.isResting(at: now)
    }

    /// Of every action, the last report is written.
    private mutating func note(_ news: [(claim: Claim, report: ProgressReport)], _ now: Instant) {
        nextProgress = now + Self.progressInterval
        guard !news.isEmpty else { return }
        let claims = Set(news.map(\.claim))
        reports.removeAll { claims.contains($0.claim) }
        reports += news
    }
}

extension [Dispatcher.Command] {
    /// Appends a line of the log.
    mutating func log(
        _ level: Logger.Level,
        _ message: Logger.Message,
        claim: Claim? = nil,
        job: ClaimedJob? = nil,
        failure: FailureRecord? = nil,
        error: (any Error)? = nil,
        more: Logger.Metadata = [:]
    ) {
        let line = LogLine(
            level: level,
            message: message,
            claim: claim,
            job: job,
            failure: failure,
            error: error,
            more: more
        )
        append(.tell(.log(line)))
    }
}
