import LibPQ
import Logging
import Synchronization

/// Renews a worker's lease, takes back what dead workers held, and listens for wake-ups, on a thread of its own.
///
/// The thread matters: actions that block every thread of Swift's pool must not cost the worker its lease. When the
/// lease cannot be renewed, the worker is told to stop its actions before the lease ends, counted from the moment
/// when the last successful renewal was *sent*.
///
/// Its connection is also the worker's sign of life: when the process dies the server closes the session at once, and
/// the other workers see that within two seconds.
final class Heartbeat: Sendable {
    private let engine: EngineCalls
    private let options: PQOptions
    private let worker: Int64
    private let operations: [String]
    private let configuration: WorkerConfiguration
    private let inbox: WorkerInbox
    private let scheduleBell: Bell
    private let telemetry: WorkerTelemetry
    private let logger: Logger
    private let wakeUp: PQWakeUp
    private let isStopped = Mutex(false)

    private let lease: Mutex<LeaseClock>

    /// Wakes the thread that watches the end of the lease.
    private let alarm: PQWakeUp

    init(
        engine: EngineCalls,
        options: PQOptions,
        worker: Int64,
        registrationSent: ContinuousClock.Instant,
        operations: [String],
        configuration: WorkerConfiguration,
        inbox: WorkerInbox,
        scheduleBell: Bell,
        telemetry: WorkerTelemetry,
        logger: Logger
    ) throws {
        self.engine = engine
        self.options = options
        self.worker = worker
        lease = Mutex(LeaseClock(configuration.lease, registeredAt: registrationSent))
        self.operations = operations
        self.configuration = configuration
        self.inbox = inbox
        self.scheduleBell = scheduleBell
        self.telemetry = telemetry
        self.logger = logger
        wakeUp = try PQWakeUp()
        alarm = try PQWakeUp()
    }

    /// Starts the threads: one that renews, and one that ends the lease in time whatever the first one is waiting for.
    ///
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidConfiguration`` when the system has no thread left.
    func start() throws {
        guard DetachedThread.start(name: "backops-lease", { self.run() }),
            DetachedThread.start(name: "backops-alarm", { self.watchLease() })
        else {
            stop()
            throw BackOpsError(
                .invalidConfiguration,
                message: "The system has no thread left for the worker's heartbeat."
            )
        }
    }

    /// Ends the thread soon; the lease is not renewed any more.
    func stop() {
        isStopped.withLock { $0 = true }
        wakeUp.signal()
        alarm.signal()
    }

    private func run() {
        var backoff = OutageBackoff(maximum: LeaseClock.longestPause)
        // A connection on which nothing comes through any more stays until there is another one, or the lease ends: the server
        // would take its end for that of the process.
        var former: PQSession?
        while !isStopped.withLock({ $0 }) {
            do {
                try beat(&backoff, &former)
            } catch {
                scheduleBell.isHeard = false
                telemetry.metrics?.listens(false)
                telemetry.health.advance()
                if backoff.failures == 0, !isStopped.withLock({ $0 }) {
                    telemetry.lost(.heartbeat, error, logger)
                }
                _ = wakeUp.wait(for: backoff.next())
            }
        }
    }

    /// Connects and renews the lease until something goes wrong or the worker stops.
    private func beat(_ backoff: inout OutageBackoff, _ former: inout PQSession?) throws {
        var session = try PQSession.connect(options)
        do {
            try beat(on: &session, &backoff, &former)
        } catch {
            former = consume session
            throw error
        }
    }

    private func beat(
        on session: inout PQSession,
        _ backoff: inout OutageBackoff,
        _ former: inout PQSession?
    ) throws {
        var isAttached = false
        var beats = 0
        var nextWatch = ContinuousClock.now + LeaseClock.watchDelay
        while !isStopped.withLock({ $0 }) {
            let sent = ContinuousClock.now
            lease.withLock { $0.asks(at: sent) }
            guard let workers = try renew(&session) else {
                endLease("worker's lease has ended")
                return
            }
            let interval = lease.withLock { lease in
                lease.isRenewed(at: .now)
                return lease.interval
            }
            telemetry.health.renewed(at: sent)
            telemetry.regained(.heartbeat, logger)
            backoff.reset()
            if !isAttached {
                inbox.connected(try attach(&session))
                isAttached = true
                former = nil
            }
            if LeaseClock.looksForParked(beat: beats) { try startParked(&session) }
            beats += 1
            let nextBeat = sent + interval
            while ContinuousClock.now < nextBeat, !isStopped.withLock({ $0 }) {
                if nextWatch <= .now {
                    nextWatch = .now + (try rescueOthers(&session) ?? watchInterval(workers))
                }
                try listen(&session, until: min(nextBeat, nextWatch))
            }
        }
    }

    /// Makes the session the worker's sign of life, and listens on it, if it leads directly to the server.
    private func attach(_ session: inout PQSession) throws -> WakeMode {
        let statement = engine.attachSession(worker: worker, backendPID: session.backendPID)
        let isDirect = try session.query(statement).first?.decode(0, as: Bool.self) ?? false
        guard configuration.listens else { return .asks }
        guard isDirect else {
            logger.warning(
                "worker cannot listen through a pooler, and polls instead: give it a direct connection, or turn listens off"
            )
            return .asks
        }
        try session.listen(engine.schema.channel(ofWorker: worker))
        if configuration.runsSchedules {
            try session.listen(engine.schema.schedulesChannel)
            scheduleBell.isHeard = true
        }
        return .listens
    }

    /// Renews the lease.
    ///
    /// - Returns: How many workers there are; nil when the lease has ended.
    private func renew(_ session: inout PQSession) throws -> Int? {
        guard let row = try session.query(engine.heartbeat(worker: worker)).first else { return nil }
        let (isAlive, hasSuspects, workers) = try row.decode(as: Bool.self, Bool.self, Int.self)
        if hasSuspects { inbox.foundSuspects() }
        return isAlive ? workers : nil
    }

    /// Takes back what dead workers held: what every worker does for all, without a leader, because each skips what another has locked.
    ///
    /// - Returns: When to look again because somebody is missing; nil while nobody is.
    private func rescueOthers(_ session: inout PQSession) throws -> Duration? {
        guard try session.query(engine.missingWorkers()).first?.decode(0, as: Int64.self) ?? 0 > 0 else {
            return nil
        }
        for row in try session.query(engine.rescue(patience: LeaseClock.patience)) {
            do {
                try tellOfRescue(row)
            } catch {
                logger.error("an answer of the database cannot be read", metadata: ["error": "\(error)"])
            }
            inbox.foundSuspects()
        }
        return LeaseClock.patience
    }

    private func tellOfRescue(_ row: PQRow) throws(PQError) {
        let (id, name, count) = try row.decode(as: Int64.self, String.self, Int32.self)
        guard count > 0 else { return }
        logger.warning(
            "took back the jobs of a dead worker",
            metadata: [
                "worker_id": .stringConvertible(id), "worker": "\(name)", "jobs": .stringConvertible(count),
            ]
        )
    }

    /// Starts operations that were parked until somebody registered their names.
    private func startParked(_ session: inout PQSession) throws {
        if try session.query(engine.unpark(operations)).first?.decode(0, as: Int64.self) ?? 0 > 0 {
            inbox.wake()
        }
    }

    private func watchInterval(_ workers: Int) -> Duration {
        var generator = SystemRandomNumberGenerator()
        return lease.withLock { $0.watchInterval(workers: workers, using: &generator) }
    }

    private func listen(_ session: inout PQSession, until deadline: ContinuousClock.Instant) throws {
        while ContinuousClock.now < deadline, !isStopped.withLock({ $0 }) {
            let notifications = try session.waitForNotifications(timeout: deadline - .now, wakeUp: wakeUp)
            for notification in notifications {
                if notification.channel == engine.schema.schedulesChannel {
                    scheduleBell.ring()
                } else {
                    receive(notification.payload)
                }
            }
        }
    }

    private func receive(_ payload: String) {
        if payload.hasPrefix("lost "), let claim = Int64(payload.dropFirst("lost ".count)) {
            inbox.lose(claim: claim)
        } else if payload == "suspects" {
            inbox.foundSuspects()
        } else {
            inbox.wake()
        }
    }

    /// Waits for the moment before the lease ends, which every renewal puts off.
    private func watchLease() {
        while !isStopped.withLock({ $0 }) {
            let end = lease.withLock { $0.end }
            guard ContinuousClock.now < end else {
                endLease("worker could not renew its lease in time")
                return
            }
            _ = alarm.wait(for: end - .now)
        }
    }

    private func endLease(_ reason: Logger.Message) {
        let wasStopped = isStopped.withLock { isStopped in
            defer { isStopped = true }
            return isStopped
        }
        guard !wasStopped else { return }
        wakeUp.signal()
        alarm.signal()
        logger.error(reason, metadata: ["worker_id": .stringConvertible(worker)])
        inbox.leaseEnded()
    }
}
