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

    /// Looks for dead workers begin when a connection is this old: after an outage that all have had, the others are back then.
    private static let watchDelay: Duration = .seconds(1)

    /// How long a worker's session may be gone before it is taken for dead.
    private static let patience: Duration = .milliseconds(750)

    /// Pauses between attempts to connect stay well below that.
    private static let longestPause: Duration = .milliseconds(300)

    /// How long to wait between two looks: rarely enough to cost nothing, often enough for all workers together.
    private func watchInterval(workers: Int) -> Duration {
        min(interval, max(.milliseconds(1500), .milliseconds(200) * workers)) * Double.random(in: 0.75...1.25)
    }

    private func run() {
        var renewed = registrationSent
        var backoff = OutageBackoff(maximum: Self.longestPause)
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
        inbox.connected(try attach(&session))
        var nextWatch = ContinuousClock.now + Self.watchDelay
        while !isStopped.withLock({ $0 }) {
            let sent = ContinuousClock.now
            guard let workers = try renew(&session) else {
                endLease("worker's lease has ended")
                return
            }
            renewed = sent
            if backoff.failures > 0 { logger.notice("worker renews its lease again") }
            backoff.reset()
            try startParked(&session)
            let nextBeat = sent + interval
            while ContinuousClock.now < nextBeat, !isStopped.withLock({ $0 }) {
                if nextWatch <= .now {
                    nextWatch = .now + (try rescueOthers(&session) ?? watchInterval(workers: workers))
                }
                try listen(&session, until: min(nextBeat, nextWatch))
            }
        }
        session.close()
    }

    /// Makes the session the worker's sign of life, and listens on it, if it leads directly to the server.
    private func attach(_ session: inout PQSession) throws -> WorkerInbox.Hearing {
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
        for row in try session.query(engine.rescue(patience: Self.patience)) {
            let (id, name, count) = try row.decode(as: Int64.self, String.self, Int32.self)
            logger.warning(
                "took back the jobs of a dead worker",
                metadata: ["worker_id": "\(id)", "worker": "\(name)", "jobs": "\(count)"]
            )
            if count > 0 { inbox.foundSuspects() }
        }
        return Self.patience
    }

    /// Starts operations that were parked until somebody registered their names.
    private func startParked(_ session: inout PQSession) throws {
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
        } else if payload == "suspects" {
            inbox.foundSuspects()
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
