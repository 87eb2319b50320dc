import LibPQ
import Logging

/// The loop of a worker: claims jobs, starts their actions, and writes what became of them.
///
/// One task owns all of its state; actions, answers of the database, the heartbeat and signals reach it through the inbox.
/// Everything that has to be said to the database goes out in one round trip: results that arrive meanwhile make up the next
/// one, so that an idle worker writes at once and a busy one in batches, without a timer. Where a batch is large, half of it
/// does not wait for the other half: a second round trip goes out, so that worker and database work at the same time.
struct Dispatcher {
    let engine: Engine
    /// The dispatcher's own connections: actions that hold all of theirs must not keep it from writing results.
    let pool: PQPool
    let actionPool: PQPool
    let worker: Int64
    let registry: Registry
    let plans: PlanCache
    let configuration: WorkerConfiguration
    let inbox: WorkerInbox
    let stragglers: Stragglers
    let telemetry: WorkerTelemetry
    let logger: Logger

    /// By claim; those that wait for a slot, too.
    var running: [Int64: RunningAction] = [:]
    var pace = ClaimPace()
    var pending = Outbox()
    var postponed = OutcomeRetries()

    /// Claims whose completion has an answer that cannot be read; what this worker still holds of them is handed back.
    var doubtful: Set<Claim> = []

    /// Claims of which even that did not come to anything.
    var abandoned: Set<Claim> = []

    /// Round trips under way, by number.
    var flights: [Int: RoundTrip] = [:]
    var flightsSoFar = 0

    /// Claims that were taken away, perhaps before the answer that hands them over has come; with the first flight that
    /// cannot know of them any more.
    var lostInFlight: [Int64: Int] = [:]
    var look: ClaimSchedule
    var outage = OutageBackoff()

    /// Grows while the database is there but refuses statements.
    var refusals = OutageBackoff()

    /// The database takes no writes, for reasons of its own; that was said in the log.
    var isInTrouble = false
    /// Spreads what must not happen in all workers at once.
    var jitter = JitterGenerator(seed: .random(in: .min ... .max))
    var quarantine = SuspectTurn()

    /// Failures whose stacks are being given names, and until when they wait for that.
    var resolving: [Claim: (attempt: FailedAttempt, until: ContinuousClock.Instant)] = [:]

    /// Claims of which nothing else is known yet, because they could not be sent together with others.
    var undescribed: [Claim] = []

    /// Jobs are claimed without what belongs to them: the server cannot send it for one of them.
    var claimsUnseen = false

    /// When to send again what could not be sent.
    var sendAgainAt: ContinuousClock.Instant?

    /// After an answer was lost: the database may have handed over jobs that this process does not know of.
    var mustReconcile = false

    /// When to ask that without a reason; nil for never.
    ///
    /// A pooler may reconnect without a word, and the server that is there afterwards, a standby that took over, may know of
    /// other outcomes than this worker was told.
    var nextReconciliation: ContinuousClock.Instant?

    /// How this worker learns that a claim was taken away; nil until the heartbeat has connected.
    ///
    /// Before that it claims nothing: a cancel that comes while nobody listens would not be heard.
    var hearing: WakeMode?

    /// When to ask which claims were taken away; nil while the database tells.
    var nextQuestion: ContinuousClock.Instant?
    var stop = WorkerInbox.Stop.no
    var stopDeadline: ContinuousClock.Instant?
    var isCancelling = false

    /// The database is to be told that this worker stops: nobody should wake it any more.
    var mustTellStop = false

    /// A batch was refused: each outcome is sent as a statement of its own, to find the one that is at fault.
    var sendsSingly = false
    var nextProgress = ContinuousClock.now

    /// How often reports of progress are written.
    static let progressInterval: Duration = .seconds(1)

    /// How often a worker that cannot listen asks which claims were taken away.
    static let questionInterval: Duration = .milliseconds(500)

    /// How long cancelled actions may take to end before the worker leaves without them.
    static let cancellationGrace: Duration = .seconds(2)

    /// Why the loop ended.
    enum End: Sendable {
        case stopped
        /// The lease is gone: register anew.
        case leaseEnded
    }

    init(
        engine: Engine,
        pool: PQPool,
        actionPool: PQPool,
        worker: Int64,
        registry: Registry,
        plans: PlanCache,
        configuration: WorkerConfiguration,
        inbox: WorkerInbox,
        stragglers: Stragglers,
        telemetry: WorkerTelemetry,
        logger: Logger
    ) {
        self.engine = engine
        self.pool = pool
        self.actionPool = actionPool
        self.worker = worker
        self.registry = registry
        self.plans = plans
        self.configuration = configuration
        self.inbox = inbox
        self.stragglers = stragglers
        self.telemetry = telemetry
        self.logger = logger
        look = ClaimSchedule(queues: configuration.queues, pollInterval: configuration.pollInterval, at: .now)
    }

    /// Runs until the worker is told to stop and has nothing left, or its lease ends.
    mutating func run() async -> End {
        let end = await loop()
        for flight in flights.values { await flight.task.value }
        if case .stopped = end {
            absorb(inbox.take())
            leaveOutcomes()
        }
        for ended in inbox.close() { lose(ended.end) }
        return end
    }

    private mutating func loop() async -> End {
        while true {
            let news = inbox.take()
            absorb(news)
            if news.leaseEnded {
                telemetry.lostLease()
                cancelEverything()
                return .leaseEnded
            }
            handBackWaiting()
            giveUpTraces()
            pending.add(postponed.takeDue(at: .now))
            if isFinished { return .stopped }
            if freeSlots > 0 { look.slotsAreFree(at: .now) }
            if let nextReconciliation, nextReconciliation <= .now { mustReconcile = true }
            while mustSend, send() {}
            if freeSlots > 0 { look.slotsAreFree(at: .now) }
            if !inbox.hasNews, isFinished { return .stopped }
            telemetry.metrics?.running(min(running.count, configuration.concurrency))
            await inbox.wait(until: nextMoment, actions: actionsToWaitFor)
        }
    }

    /// How many jobs this worker holds at once: the slots, and what short actions can do without.
    var capacity: Int { configuration.concurrency + pace.ahead(of: configuration.concurrency, at: .now) }

    /// Room that neither an action has nor the answer to what was sent, or is to be, may take.
    var freeSlots: Int {
        let reserved = flights.values.reduce(0) { $0 + $1.slots }
        let ended =
            postponed.slots(pending.completions, at: .now)
            + postponed.slots(postponed.outcomes.completions, at: .now)
        return capacity - running.count - undescribed.count - ended - reserved
    }

    private mutating func absorb(_ news: WorkerInbox.News) {
        for landing in news.landings { land(landing) }
        for ended in news.ended { absorb(ended) }
        for (claim, text) in news.traces { addTrace(text, to: claim) }
        for claim in news.lostClaims { lose(claim) }
        if let hearing = news.connected { connected(hearing) }
        if news.isWoken { look.wake(at: .now) }
        if news.hasSuspects {
            quarantine.request(at: .now)
            look.lookNow(at: .now)
        }
        if news.stop > stop { begin(news.stop) }
        if let stopDeadline, stopDeadline <= .now, !isCancelling { cancelRest() }
    }

    private mutating func absorb(_ ended: WorkerInbox.Ended) {
        let claim = ended.end.job.claim
        pace.ended(after: ended.end.duration)
        // What was lost meanwhile has nothing to say any more; the log was told then.
        guard let action = running.removeValue(forKey: claim.claimID) else {
            lose(ended.end)
            return
        }
        quarantine.ended(claim.claimID)
        if let log = ended.log { pending.logs.append((claim, log)) }
        switch ended.outcome {
        // The database has the last word.
        case .completed: pending.add(ended)
        case .committed:
            conclude(ended.end, ended.outcome)
            settle(ended, action)
        case .failed(let failure) where failure.trace != nil:
            conclude(ended.end, ended.outcome)
            resolve(FailedAttempt(ended.end.job, failure))
        case .failed, .snoozed, .cancelled:
            conclude(ended.end, ended.outcome)
            pending.add(ended)
        }
    }

    /// The action completed itself; the answer says what comes next.
    private mutating func settle(_ ended: WorkerInbox.Ended, _ action: RunningAction) {
        guard let completion = ended.committed else { return }
        // What it goes on with may have been started already.
        if let next = completion.next, next.claimID == action.successor { return }
        goOn(after: ended.end.job, completion)
    }

    /// What was said while nobody listened was not heard, and another server may be there now: the worker asks.
    private mutating func connected(_ hearing: WakeMode) {
        mustReconcile = mustReconcile || self.hearing != nil
        self.hearing = hearing
        telemetry.metrics?.listens(hearing == .listens)
        look.pollInterval = configuration.pollInterval(hearing)
        nextQuestion = .now
        nextReconciliation = hearing == .asks ? .now + configuration.lease : nil
    }

    mutating func lose(_ claim: Int64) {
        guard let action = running.removeValue(forKey: claim) else {
            if !flights.isEmpty { lostInFlight[claim] = flightsSoFar }
            return
        }
        quarantine.ended(claim)
        logger.notice("action is cancelled: its claim was taken away", metadata: action.job.metadata)
        cancel(action)
    }

    private func cancel(_ action: RunningAction) {
        guard let task = inbox.slots.withdraw(claim: action.job.claim.claimID) else { return }
        var logger = logger
        for (key, value) in action.job.metadata { logger[metadataKey: key] = value }
        stragglers.watch(task, logger: logger)
    }

    /// Hands back what has waited too long for a slot, or all of it when the worker stops.
    private mutating func handBackWaiting() {
        guard running.count > configuration.concurrency || stop >= .graceful else { return }
        let claims = inbox.slots.withdrawWaiting(since: stop >= .graceful ? nil : .now - ClaimPace.patience)
        guard !claims.isEmpty else { return }
        if stop < .graceful { pace.stalled() }
        for claim in claims {
            if let action = running.removeValue(forKey: claim) {
                pending.neverStarted.append(action.job.claim)
            }
        }
    }

    mutating func start(_ job: ClaimedJob) {
        // After an outage two answers may tell of the same claim.
        guard running[job.claim.claimID] == nil else { return }
        guard lostInFlight.removeValue(forKey: job.claim.claimID) == nil else {
            logger.notice("action does not start: its claim was taken away", metadata: job.metadata)
            return
        }
        // The answer that hands it over came after the signal.
        guard stop <= .whenIdle else {
            pending.neverStarted.append(job.claim)
            return
        }
        // Waiting is a risk: it ends as crashed if this process dies meanwhile.
        guard job.attempt < job.maxAttempts || inbox.slots.hasFree else {
            if !pace.isCautious(at: .now) {
                logger.debug("worker claims nothing ahead for a while: a last attempt must not wait")
            }
            pace.beCautious(at: .now)
            pending.neverStarted.append(job.claim)
            return
        }
        running[job.claim.claimID] = .start(
            job,
            host: WorkerActionHost(
                engine: engine,
                pool: actionPool,
                worker: worker,
                job: job,
                lease: configuration.lease
            ),
            registry: registry,
            plans: plans,
            configuration: configuration,
            stragglers: stragglers,
            tracing: telemetry.tracing,
            logger: logger,
            inbox: inbox
        )
    }
}

// MARK: - Stopping

extension Dispatcher {
    private var isFinished: Bool {
        let isIdle =
            running.isEmpty && pending.isEmpty && postponed.isEmpty && resolving.isEmpty
            && undescribed.isEmpty
            && flights.isEmpty && !mustReconcile
        switch stop {
        case .no: return false
        case .whenIdle: return isIdle && look.foundNothing && quarantine.foundNothing
        case .graceful, .now:
            return isIdle || stopDeadline.map { $0 + Self.cancellationGrace <= .now } ?? false
        }
    }

    private mutating func begin(_ stop: WorkerInbox.Stop) {
        self.stop = stop
        mustTellStop = stop >= .graceful
        if stop >= .graceful {
            telemetry.health.stopping()
            hurryTraces()
        }
        switch stop {
        case .no, .whenIdle: break
        case .graceful:
            stopDeadline = .now + configuration.gracePeriod
            logger.info(
                "worker stops: it finishes what runs",
                metadata: [
                    "running": .stringConvertible(running.count), "grace": "\(configuration.gracePeriod)",
                ]
            )
        case .now:
            stopDeadline = .now
            logger.info(
                "worker stops at once: it hands back what runs",
                metadata: ["running": .stringConvertible(running.count)]
            )
        }
    }

    /// Ends what has not ended within the grace period; it is handed back at no cost in attempts.
    private mutating func cancelRest() {
        isCancelling = true
        // First, or it would begin in the slots that become free.
        handBackWaiting()
        for action in running.values { cancel(action) }
    }

    private mutating func cancelEverything() {
        for action in running.values {
            logger.notice("action is cancelled: the worker's lease has ended", metadata: action.job.metadata)
            cancel(action)
        }
        running = [:]
        var outcomes = pending
        outcomes.add(postponed.outcomes)
        outcomes.failures += resolving.values.map(\.attempt)
        loseOutcomes(outcomes, "result of an action is refused: the worker's lease has ended")
        pending = Outbox()
        postponed = OutcomeRetries()
        resolving = [:]
    }

    /// Says what was not written before the worker left; what has no outcome is handed back when it says goodbye.
    private mutating func leaveOutcomes() {
        var outcomes = pending
        outcomes.add(postponed.outcomes)
        outcomes.failures += resolving.values.map(\.attempt)
        (outcomes.releases, outcomes.neverStarted) = ([], [])
        loseOutcomes(
            outcomes,
            "result of an action is not written: the worker stops before the database takes it"
        )
    }

    /// When to look up next, if nothing happens before.
    private var nextMoment: ContinuousClock.Instant {
        var moment = stop <= .whenIdle ? look.nextLook : .now + .seconds(3600)
        if let nextReconciliation { moment = min(moment, nextReconciliation) }
        if !running.isEmpty {
            moment = min(moment, nextProgress)
            if let nextQuestion { moment = min(moment, nextQuestion) }
        }
        // Nothing can be sent before: looking up earlier would be for nothing, again and again.
        if let sendAgainAt { moment = sendAgainAt }
        if !flights.isEmpty { moment = .now + .seconds(3600) }
        if let dueAt = postponed.dueAt { moment = min(moment, dueAt) }
        for (_, until) in resolving.values { moment = min(moment, until) }
        if running.count > configuration.concurrency, let oldest = inbox.slots.oldestWaiting {
            moment = min(moment, oldest + ClaimPace.patience)
        }
        if let stopDeadline {
            moment = min(moment, isCancelling ? stopDeadline + Self.cancellationGrace : stopDeadline)
        }
        return moment
    }
}
