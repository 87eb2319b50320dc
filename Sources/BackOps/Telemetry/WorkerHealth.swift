import Synchronization

/// Whether a worker is alive, and whether it is ready for work: what `/healthz` and `/readyz` answer.
///
/// It is kept up to date by the worker's own loops; asking costs nothing, and no statement of the database.
public final class WorkerHealth: Sendable {
    /// What keeps a worker from being alive or ready, in words; nil is nothing.
    public struct Status: Sendable, Hashable {
        /// Why the process should be restarted; nil while it is alive.
        public let death: String?

        /// Why no work should be expected of it; nil while it is ready.
        public let unreadiness: String?
    }

    /// How long the worker's heartbeat may not move before it counts as dead.
    public static let patience: Duration = .seconds(30)

    private struct State {
        var advanced: ContinuousClock.Instant?
        var renewed: ContinuousClock.Instant?
        /// What did not reach the database when it last tried.
        var outages: Set<Subsystem> = []
        var isStopping = false
        var hasStopped = false
    }

    /// What of a worker talks to the database all the time.
    package enum Subsystem: Sendable, Hashable {
        case dispatcher
        case heartbeat
    }

    private let state = Mutex(State())
    private let lease: Duration

    init(lease: Duration) { self.lease = lease }

    /// The state of the worker now.
    public var status: Status { status(at: .now) }

    package func status(at now: ContinuousClock.Instant) -> Status {
        state.withLock { state in
            let holdsLease = state.renewed.map { now < $0 + lease } ?? false
            let advances = state.advanced.map { now < $0 + Self.patience } ?? false
            var death: String?
            if state.hasStopped {
                death = "the worker has stopped"
            } else if state.advanced == nil {
                death = "the worker has not started"
            } else if !advances, !holdsLease {
                death = "the worker's heartbeat does not move"
            }
            var unreadiness = death
            if unreadiness == nil, state.isStopping { unreadiness = "the worker is stopping" }
            // A renewal is an answer of the database, and it registered because the schema's version matches.
            if unreadiness == nil, state.renewed == nil {
                unreadiness =
                    "the worker has not registered: the database is away, or its schema does not match"
            }
            if unreadiness == nil, !holdsLease || !state.outages.isEmpty {
                unreadiness = "the worker cannot reach the database"
            }
            return Status(death: death, unreadiness: unreadiness)
        }
    }

    /// A loop of the worker has come round, whether or not the database answers.
    package func advance() { state.withLock { $0.advanced = .now } }

    /// The database has renewed the lease; the answer was sent for at this time.
    package func renewed(at sent: ContinuousClock.Instant) {
        state.withLock { state in
            state.advanced = .now
            state.renewed = sent
        }
    }

    /// A subsystem does not reach the database, for the first time since it did.
    ///
    /// - Returns: Whether no other one had said so: the one that does tells it in the log.
    package func lost(_ subsystem: Subsystem) -> Bool {
        state.withLock { state in
            defer { state.outages.insert(subsystem) }
            return state.outages.isEmpty
        }
    }

    /// A subsystem reaches the database again, if it did not.
    ///
    /// - Returns: Whether all of them do now, and one did not before.
    package func regained(_ subsystem: Subsystem) -> Bool {
        state.withLock { state in state.outages.remove(subsystem) != nil && state.outages.isEmpty }
    }

    /// The lease is gone, until the worker has registered again.
    package func lostLease() { state.withLock { $0.renewed = nil } }

    package func stopping() { state.withLock { $0.isStopping = true } }

    package func stopped() { state.withLock { $0.hasStopped = true } }
}
