import BackOps

/// Renews a worker's lease, looks after other workers, and listens; ends the lease in time when it cannot.
final class SimulatedHeartbeat {
    private unowned let worker: SimulatedWorker
    private var lease: LeaseClock
    private var backoff = OutageBackoff(maximum: LeaseClock.longestPause)
    private var isStopped = false

    /// The connection; the server may not have it any more.
    private(set) var session: Int?

    /// The connection before, which stays open until there is another one: the server would take its end for the process's.
    private var former: Int?
    private var isAttached = false
    private var nextBeat = 0
    private var nextWatch = 0

    private var simulation: Simulation { worker.simulation }
    private var server: SimulatedServer { worker.server }
    private var process: SimulatedProcess { worker.process }

    init(_ worker: SimulatedWorker, registeredAt sent: Moment) {
        self.worker = worker
        lease = LeaseClock(worker.configuration.lease, registeredAt: sent.instant)
    }

    func start() {
        watchLease()
        connect()
    }

    /// Ends it; with its process its connections end too, which the server sees unless it is cut off.
    func stop(closing: Bool) {
        isStopped = true
        guard closing else { return }
        for session in [session, former].compactMap({ $0 }) where !process.isCutOff { server.close(session) }
    }

    /// Its connection ends; the server sees it at once, and this side with it.
    func cut() {
        guard let session else { return }
        server.close(session)
        lose(session)
    }

    // MARK: - The lease

    private func watchLease() {
        process.after(max(1, lease.end.moment - simulation.now)) { [self] in
            guard !isStopped else { return }
            if lease.end.moment <= simulation.now { endLease() } else { watchLease() }
        }
    }

    private func endLease() {
        guard !isStopped else { return }
        isStopped = true
        worker.leaseHasEnded()
    }

    // MARK: - The connection

    private func connect() {
        guard !isStopped else { return }
        var opened: Int?
        simulation.network.call(
            from: process,
            timeout: .s(5),
            { [self] in opened = server.connect() },
            { [self] isAnswered in
                guard !isStopped else { return }
                guard isAnswered, let opened else {
                    tryAgain()
                    return
                }
                former = session ?? former
                session = opened
                isAttached = false
                nextWatch = simulation.now + LeaseClock.watchDelay.inMicroseconds
                beat()
            }
        )
    }

    private func tryAgain() {
        guard !isStopped else { return }
        process.after(backoff.next(using: &simulation.jitter).inMicroseconds) { [self] in connect() }
    }

    /// Something went wrong with a connection.
    private func lose(_ lost: Int) {
        guard lost == session else { return }
        former = lost
        session = nil
        tryAgain()
    }

    /// Makes a call on the heartbeat's connection.
    private func call(_ request: @escaping () -> Void, _ then: @escaping () -> Void) {
        guard let session else { return }
        var isDone = false
        simulation.network.call(
            from: process,
            timeout: simulation.scenario.lease / 2,
            { [self] in
                guard server.has(session) else { return }
                isDone = true
                request()
            },
            { [self] isAnswered in
                guard !isStopped, self.session == session else { return }
                if isAnswered, isDone { then() } else { lose(session) }
            }
        )
    }

    // MARK: - Beats

    private func beat() {
        guard !isStopped else { return }
        let sent = simulation.now
        lease.asks(at: sent.instant)
        var renewal: (hasSuspects: Bool, workers: Int)?
        call { [self] in
            renewal = server.heartbeat(worker.id)
            simulation.checks.leaseIsRenewed(worker)
        } _: { [self] in
            guard let renewal else {
                endLease()
                return
            }
            lease.isRenewed(at: simulation.now.instant)
            backoff.reset()
            if renewal.hasSuspects { worker.tell { $0.hasSuspects = true } }
            nextBeat = sent + lease.interval.inMicroseconds
            if isAttached { listen(renewal.workers) } else { attach(renewal.workers) }
        }
    }

    private func attach(_ workers: Int) {
        let isDirect = process.plan.listens
        call { [self] in
            if isDirect, let session { server.attach(worker.id, to: session) }
        } _: { [self] in
            isAttached = true
            if let former { server.close(former) }
            former = nil
            worker.tell { news in
                news.connected = isDirect ? .listens : .asks
                news.isWoken = true
            }
            listen(workers)
        }
    }

    private func listen(_ workers: Int) {
        let moment = min(nextBeat, nextWatch)
        let number = session
        process.after(max(1, moment - simulation.now)) { [self] in
            guard !isStopped, session == number, let session else { return }
            // A connection that has ended is noticed; one through which nothing comes is not.
            guard server.has(session) || process.isCutOff else {
                lose(session)
                return
            }
            if nextBeat <= simulation.now { beat() } else { watch(workers) }
        }
    }

    private func watch(_ workers: Int) {
        var isMissing = false
        call { [self] in
            isMissing = server.hasMissingWorkers()
            if isMissing { server.rescue(patience: LeaseClock.patience.inMicroseconds) }
        } _: { [self] in
            if isMissing { worker.tell { $0.hasSuspects = true } }
            let pause =
                isMissing
                ? LeaseClock.patience : lease.watchInterval(workers: workers, using: &simulation.jitter)
            nextWatch = simulation.now + pause.inMicroseconds
            listen(workers)
        }
    }
}
