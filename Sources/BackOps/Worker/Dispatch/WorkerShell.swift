import LibPQ
import Logging

/// Carries out in a worker's process what its dispatcher decides.
struct WorkerShell: DispatchShell {
    let engine: EngineCalls
    /// The dispatcher's own connections: actions that hold all of theirs must not keep it from writing results.
    let pool: PQPool
    let actionPool: PQPool
    let worker: Int64
    let configuration: WorkerConfiguration
    let inbox: WorkerInbox
    let launcher: ActionLauncher
    let telemetry: WorkerTelemetry
    let logger: Logger

    /// The running actions' connections to the database, by claim.
    private var hosts: [Int64: WorkerActionHost] = [:]
    private var roundTrips: [Int: Task<Void, Never>] = [:]

    init(
        engine: EngineCalls,
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
    }

    var now: Instant { .now }
    var oldestWaiting: Instant? { inbox.slots.oldestWaiting }

    /// Returns when no answer is under way any more.
    func waitForRoundTrips() async {
        for roundTrip in roundTrips.values { await roundTrip.value }
    }

    mutating func send(_ exchange: Dispatcher.Exchange) {
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

    mutating func hasLanded(_ number: Int) { roundTrips[number] = nil }

    mutating func start(_ job: ClaimedJob, mayWait: Bool) -> Bool {
        let host = WorkerActionHost(
            engine: engine,
            pool: actionPool,
            worker: worker,
            job: job,
            lease: configuration.lease
        )
        guard launcher.launch(job, host, inbox, mayWait: mayWait) else { return false }
        hosts[job.claim.claimID] = host
        return true
    }

    mutating func cancel(_ job: ClaimedJob) {
        hosts[job.claim.claimID] = nil
        guard let task = inbox.slots.withdraw(claim: job.claim.claimID) else { return }
        var logger = logger
        for (key, value) in job.metadata { logger[metadataKey: key] = value }
        launcher.stragglers.watch(task, logger: logger)
    }

    mutating func withdrawWaiting(since moment: Instant?) -> [Int64] {
        let claims = inbox.slots.withdrawWaiting(since: moment)
        for claim in claims { hosts[claim] = nil }
        return claims
    }

    func closeSlots() { inbox.slots.close() }

    mutating func forget(_ claim: Int64) { hosts[claim] = nil }

    func mayHaveCompletedItself(_ claim: Int64) -> Bool { hosts[claim]?.mayHaveCompletedItself ?? false }

    func takeReports() -> [(claim: Claim, report: ProgressReport)] {
        hosts.values.compactMap { host in host.takeReport().map { (host.claim, $0) } }
    }

    func restore(_ reports: [(claim: Claim, report: ProgressReport)]) {
        for (claim, report) in reports { hosts[claim.claimID]?.restore(report) }
    }

    func name(_ trace: FailureTrace, of claim: Claim) {
        let resolve = configuration.resolveTrace
        configuration.symbolThread.run { [inbox] in inbox.resolved(claim, resolve(trace)) }
    }

    func tell(_ note: Dispatcher.Note) {
        switch note {
        case .conclude(let end, let outcome):
            logger.log(end.job, outcome)
            telemetry.ended(end, outcome)
        case .lose(let end): telemetry.ended(end, .cancelled)
        case .log(let line): logger.log(level: line.level, line.message, metadata: line.metadata)
        case .logCompleted(let job): logger.debug("operation completed", metadata: job.metadata)
        case .countClaim(let jobs, let duration): telemetry.claimed(jobs, duration: duration)
        case .observe(let observation): telemetry.observe(observation, logger)
        }
    }
}

extension Request {
    fileprivate func read(_ result: Result<PQResult, PQError>) -> Result<Answer, PQError> {
        Result { () throws(PQError) in try answer(result.get()) }
    }
}
