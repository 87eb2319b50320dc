import LibPQ
import Logging

/// Does for a ``Dispatcher`` what it decides: tells it what comes in, and carries out its commands.
///
/// One task owns all of its state; actions, answers of the database, the heartbeat and signals reach it through the inbox.
struct DispatchLoop {
    let engine: Engine
    /// The dispatcher's own connections: actions that hold all of theirs must not keep it from writing results.
    let pool: PQPool
    let actionPool: PQPool
    let worker: Int64
    let configuration: WorkerConfiguration
    let inbox: WorkerInbox
    let launcher: ActionLauncher
    let telemetry: WorkerTelemetry
    let logger: Logger

    private var dispatcher: Dispatcher

    /// The running actions' connections to the database, by claim.
    private var hosts: [Int64: WorkerActionHost] = [:]
    private var roundTrips: [Int: Task<Void, Never>] = [:]

    /// What is to be done; the buffers are used again and again.
    private var commands: [Dispatcher.Command] = []
    private var batch: [Dispatcher.Command] = []

    /// What the dispatcher has decided for the time being.
    private var rest: Rest?

    private enum Rest {
        case wait(until: Instant, endings: Int)
        case finish(Dispatcher.End)
    }

    init(
        engine: Engine,
        pool: PQPool,
        actionPool: PQPool,
        worker: Int64,
        configuration: WorkerConfiguration,
        inbox: WorkerInbox,
        launcher: ActionLauncher,
        telemetry: WorkerTelemetry,
        logger: Logger
    ) {
        self.engine = engine
        self.pool = pool
        self.actionPool = actionPool
        self.worker = worker
        self.configuration = configuration
        self.inbox = inbox
        self.launcher = launcher
        self.telemetry = telemetry
        self.logger = logger
        dispatcher = Dispatcher(
            configuration,
            launcher.registry,
            at: .now,
            jitter: JitterGenerator(seed: .random(in: .min ... .max))
        )
    }

    /// Runs until the worker is told to stop and has nothing left, or its lease ends.
    mutating func run() async -> Dispatcher.End {
        let end = await loop()
        for roundTrip in roundTrips.values { await roundTrip.value }
        if case .stopped = end {
            tell(inbox.take())
            handle(.left, at: .now)
        }
        for ended in inbox.close() { telemetry.ended(ended.end, .cancelled) }
        return end
    }

    private mutating func loop() async -> Dispatcher.End {
        while true {
            tell(inbox.take())
            switch decide() {
            case .finish(let end): return end
            case .wait(let moment, let endings): await inbox.wait(until: moment, actions: endings)
            }
        }
    }

    /// Lets the dispatcher decide what is to be done now, which may take the answer to a command.
    private mutating func decide() -> Rest {
        while true {
            let now = Instant.now
            if dispatcher.asksForReports(at: now) { handle(.reports(takeReports()), at: now) }
            let oldest = dispatcher.mayHaveWaiting ? inbox.slots.oldestWaiting : nil
            handle(.caughtUp(oldestWaiting: oldest), at: now)
            if let rest = rest.take() { return rest }
        }
    }

    private mutating func tell(_ news: WorkerInbox.News) {
        let now = Instant.now
        for answer in news.answers {
            roundTrips[answer.number] = nil
            handle(.answered(withoutCommitting(answer)), at: now)
        }
        for ended in news.ended {
            hosts[ended.end.job.claim.claimID] = nil
            handle(.ended(ended), at: now)
        }
        for (claim, text) in news.traces { handle(.named(claim, trace: text), at: now) }
        for claim in news.lostClaims { handle(.lost(claim: claim), at: now) }
        if let hearing = news.connected { handle(.connected(hearing), at: now) }
        if news.isWoken { handle(.woken, at: now) }
        if news.hasSuspects { handle(.foundSuspects, at: now) }
        if news.stop > .no { handle(.stop(news.stop), at: now) }
        if news.leaseEnded { handle(.leaseEnded, at: now) }
    }

    /// Leaves out lost claims whose actions may have completed themselves: those learn by themselves what became of them.
    private func withoutCommitting(_ answer: RoundTripAnswer) -> RoundTripAnswer {
        guard case .success(let given) = answer.answers, given.contains(where: \.tellsOfLostClaims) else {
            return answer
        }
        let answers = given.map { result -> Result<Answer, PQError> in
            guard case .success(.lost(let rows)) = result else { return result }
            let lost = rows.filter { row in
                guard case .content(let claim) = row, let host = hosts[claim] else { return true }
                return !host.mayHaveCompletedItself
            }
            return .success(.lost(lost))
        }
        return RoundTripAnswer(number: answer.number, answers: .success(answers), duration: answer.duration)
    }

    private func takeReports() -> [(claim: Claim, report: ProgressReport)] {
        hosts.values.compactMap { host in host.takeReport().map { (host.claim, $0) } }
    }
}

// MARK: - Commands

extension DispatchLoop {
    private mutating func handle(_ event: Dispatcher.Event, at now: Instant) {
        dispatcher.handle(event, at: now, into: &commands)
        while !commands.isEmpty {
            swap(&commands, &batch)
            for index in batch.indices { carryOut(batch[index]) }
            batch.removeAll(keepingCapacity: true)
        }
    }

    private mutating func carryOut(_ command: Dispatcher.Command) {
        switch command {
        case .send(let exchange): send(exchange)
        case .start(let job, let mayWait): start(job, mayWait: mayWait)
        case .cancel(let job): cancel(job)
        case .withdrawWaiting(let moment):
            let claims = inbox.slots.withdrawWaiting(since: moment)
            for claim in claims { hosts[claim] = nil }
            dispatcher.handle(.withdrawn(claims: claims), at: .now, into: &commands)
        case .name(let trace, let claim):
            let resolve = configuration.resolveTrace
            configuration.symbolThread.run { [inbox] in inbox.resolved(claim, resolve(trace)) }
        case .restoreReports(let reports):
            for (claim, report) in reports { hosts[claim.claimID]?.restore(report) }
        case .conclude(let end, let outcome):
            logger.log(end.job, outcome)
            telemetry.ended(end, outcome)
        case .lose(let end): telemetry.ended(end, .cancelled)
        case .log(let line): logger.log(level: line.level, line.message, metadata: line.metadata)
        case .logCompleted(let job): logger.debug("operation completed", metadata: job.metadata)
        case .countClaim(let jobs, let duration): telemetry.claimed(jobs, duration: duration)
        case .observe(let observation): telemetry.observe(observation, logger)
        case .wait(let moment, let endings): rest = .wait(until: moment, endings: endings)
        case .finish(let end):
            if case .leaseEnded = end { inbox.slots.close() }
            rest = .finish(end)
        }
    }

    private mutating func send(_ exchange: Dispatcher.Exchange) {
        let statements = exchange.requests.map { $0.statement(engine, worker: worker) }
        roundTrips[exchange.number] = Task { [pool, inbox, timeout = configuration.lease / 2] in
            let sent = Instant.now
            let answers: Result<[Result<Answer, PQError>], any Error>
            do {
                let results = try await pool.pipeline(
                    statements,
                    separately: exchange.isSeparate,
                    timeout: timeout
                )
                answers = .success(zip(exchange.requests, results).map { $0.read($1) })
            } catch {
                answers = .failure(error)
            }
            inbox.land(RoundTripAnswer(number: exchange.number, answers: answers, duration: .now - sent))
        }
    }

    private mutating func start(_ job: ClaimedJob, mayWait: Bool) {
        let host = WorkerActionHost(
            engine: engine,
            pool: actionPool,
            worker: worker,
            job: job,
            lease: configuration.lease
        )
        let claim = job.claim.claimID
        if launcher.launch(job, host, inbox, mayWait: mayWait) {
            hosts[claim] = host
        } else {
            dispatcher.handle(.foundNoSlot(claim: claim), at: .now, into: &commands)
        }
    }

    private mutating func cancel(_ job: ClaimedJob) {
        hosts[job.claim.claimID] = nil
        guard let task = inbox.slots.withdraw(claim: job.claim.claimID) else { return }
        var logger = logger
        for (key, value) in job.metadata { logger[metadataKey: key] = value }
        launcher.stragglers.watch(task, logger: logger)
    }
}

extension Request {
    fileprivate func read(_ result: Result<PQResult, PQError>) -> Result<Answer, PQError> {
        Result { () throws(PQError) in try answer(result.get()) }
    }
}

extension Result where Success == Answer, Failure == PQError {
    fileprivate var tellsOfLostClaims: Bool { if case .success(.lost) = self { true } else { false } }
}
