import LibPQ
import Logging
import Synchronization

/// Renews a worker's lease, takes back what dead workers held, and listens for wake-ups, on a thread of its own.
///
/// The thread matters: actions that block every thread of Swift's pool must not cost the worker its lease. When the
/// lease cannot be renewed, the worker is told to stop its actions before the lease ends, counted from the moment
/// when the last successful renewal was *sent*.
final class Heartbeat: Sendable {
    private let engine: Engine
    private let options: PQOptions
    private let worker: Int64
    private let operations: [String]
    private let configuration: WorkerConfiguration
    private let inbox: WorkerInbox
    private let logger: Logger
    private let wakeUp: PQWakeUp
    private let isStopped = Mutex(false)

    /// The lease counts from here until the first renewal: from before the worker was registered.
    private let registrationSent: ContinuousClock.Instant

    init(
        engine: Engine,
        database: BackOpsDatabase,
        worker: Int64,
        registrationSent: ContinuousClock.Instant,
        operations: [String],
        configuration: WorkerConfiguration,
        inbox: WorkerInbox,
        logger: Logger
    ) throws {
        self.engine = engine
        var options = database.listenOptions ?? database.options
        // A call that hangs must not outlast the lease.
        options.connectTimeout = min(options.connectTimeout, configuration.lease / 3)
        options.queryTimeout = configuration.lease / 3
        self.options = options
        self.worker = worker
        self.registrationSent = registrationSent
        self.operations = operations
        self.configuration = configuration
        self.inbox = inbox
        self.logger = logger
        wakeUp = try PQWakeUp()
    }

    /// Starts the thread.
    ///
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidConfiguration`` when the system has no thread left.
    func start() throws {
        guard DetachedThread.start(name: "backops-lease", { self.run() }) else {
            throw BackOpsError(
                .invalidConfiguration,
                message: "the system has no thread left for the worker's heartbeat"
            )
        }
    }

    /// Ends the thread soon; the lease is not renewed any more.
    func stop() {
        isStopped.withLock { $0 = true }
        wakeUp.signal()
    }

    private var interval: Duration { configuration.lease / 5 }

    private func run() {
        var renewed = registrationSent
        var backoff = OutageBackoff()
        while !isStopped.withLock({ $0 }) {
            do {
                try beat(&renewed, &backoff)
            } catch {
                if backoff.failures == 0 {
                    logger.warning("worker cannot renew its lease", metadata: ["error": "\(error)"])
                }
                guard wait(backoff.next(), renewed) else { return }
            }
        }
    }

    /// Connects and renews the lease until something goes wrong or the worker stops.
    private func beat(_ renewed: inout ContinuousClock.Instant, _ backoff: inout OutageBackoff) throws {
        var session = try PQSession.connect(options)
        if configuration.listens { try session.listen(engine.schema.channel(ofWorker: worker)) }
        // What was sent while nobody listened is lost; a look costs less than a wait.
        inbox.listens()
        while !isStopped.withLock({ $0 }) {
            let sent = ContinuousClock.now
            guard try renew(&session) else {
                endLease("worker's lease has ended")
                return
            }
            renewed = sent
            if backoff.failures > 0 { logger.notice("worker renews its lease again") }
            backoff.reset()
            try maintain(&session)
            try listen(&session, until: sent + interval)
        }
        session.close()
    }

    private func renew(_ session: inout PQSession) throws -> Bool {
        guard let row = try session.query(engine.heartbeat(worker: worker)).first else { return false }
        let (isAlive, hasSuspects) = try row.decode(as: Bool.self, Bool.self)
        if hasSuspects { inbox.foundSuspects() }
        return isAlive
    }

    /// What every worker does for all: no leader, because every step skips what another one has locked.
    private func maintain(_ session: inout PQSession) throws {
        for row in try session.query(engine.rescue()) {
            let (id, name, count) = try row.decode(as: Int64.self, String.self, Int32.self)
            logger.warning(
                "took back the jobs of a dead worker",
                metadata: ["worker_id": "\(id)", "worker": "\(name)", "jobs": "\(count)"]
            )
        }
        if try session.query(engine.unpark(operations)).first?.decode(0, as: Int64.self) ?? 0 > 0 {
            inbox.wake()
        }
    }

    private func listen(_ session: inout PQSession, until deadline: ContinuousClock.Instant) throws {
        while ContinuousClock.now < deadline, !isStopped.withLock({ $0 }) {
            let notifications = try session.waitForNotifications(timeout: deadline - .now, wakeUp: wakeUp)
            for notification in notifications { receive(notification.payload) }
        }
    }

    private func receive(_ payload: String) {
        if payload.hasPrefix("lost "), let claim = Int64(payload.dropFirst("lost ".count)) {
            inbox.lose(claim: claim)
        } else {
            inbox.wake()
        }
    }

    /// Waits before the next attempt to connect, unless the lease ends before.
    private func wait(_ pause: Duration, _ renewed: ContinuousClock.Instant) -> Bool {
        let margin = min(.seconds(1), configuration.lease / 10)
        let end = renewed + configuration.lease - margin
        guard ContinuousClock.now + pause < end else {
            _ = wakeUp.wait(for: max(.zero, end - .now))
            endLease("worker could not renew its lease in time")
            return false
        }
        return !wakeUp.wait(for: pause) || !isStopped.withLock { $0 }
    }

    private func endLease(_ reason: Logger.Message) {
        guard !isStopped.withLock({ $0 }) else { return }
        isStopped.withLock { $0 = true }
        logger.error(reason, metadata: ["worker_id": "\(worker)"])
        inbox.leaseEnded()
    }
}
