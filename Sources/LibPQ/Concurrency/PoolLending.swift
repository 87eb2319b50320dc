internal import Synchronization

/// Decides who gets which connection of a pool, and who waits.
///
/// Knows nothing of what a connection does.
final class PoolLending: Sendable {
    /// What a caller is given.
    enum Grant: Sendable {
        /// An open connection, and since when nobody has used it.
        case connection(PQConnection, idleSince: ContinuousClock.Instant)
        /// The right to open one.
        case slot
    }

    private struct Waiter {
        let id: UInt64
        let continuation: CheckedContinuation<Grant, any Error>
    }

    private struct State {
        var idle: [(connection: PQConnection, since: ContinuousClock.Instant)] = []
        /// Connections open, being opened or lent; never above the size.
        var taken = 0
        var waiters: [Waiter] = []
        var closers: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var isClosed = false
        var ids: UInt64 = 0

        mutating func makeID() -> UInt64 {
            ids += 1
            return ids
        }

        /// Returns what is there at once.
        ///
        /// Where somebody waits, nothing is: whatever comes back goes to the waiters.
        mutating func takeAtOnce(size: Int) -> Grant? {
            if let last = idle.popLast() { return .connection(last.connection, idleSince: last.since) }
            guard taken < size else { return nil }
            taken += 1
            return .slot
        }

        mutating func takeClosersIfDone() -> [CheckedContinuation<Void, Never>] {
            guard isClosed, taken == 0 else { return [] }
            defer { closers = [:] }
            return Array(closers.values)
        }
    }

    private static let closed = PQError(.poolClosed, "The pool is closed.")

    private let size: Int
    private let state = Mutex(State())

    init(size: Int) {
        self.size = size
    }

    var openCount: Int { state.withLock { $0.taken } }

    var waitingCount: Int { state.withLock { $0.waiters.count } }

    /// Waits for its turn; the first that asked gets the next one.
    func grant(within limit: Duration) async throws -> Grant {
        try Task.checkCancellation()
        let (id, atOnce) = try state.withLock { state in
            guard !state.isClosed else { throw Self.closed }
            return (state.makeID(), state.takeAtOnce(size: size))
        }
        if let atOnce { return atOnce }
        let timer = Task {
            try await Task.sleep(for: limit)
            self.dismiss(id, PQError(.poolExhausted, "No connection of the pool became free in time."))
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { queue(Waiter(id: id, continuation: $0)) }
        } onCancel: {
            dismiss(id, CancellationError())
        }
    }

    private func queue(_ waiter: Waiter) {
        let answer: Result<Grant, any Error>? = state.withLock { state in
            // A task cancelled before this point finds no waiter to dismiss, so look here, under the lock.
            if Task.isCancelled { return .failure(CancellationError()) }
            if state.isClosed { return .failure(Self.closed) }
            if let grant = state.takeAtOnce(size: size) { return .success(grant) }
            state.waiters.append(waiter)
            return nil
        }
        if let answer { waiter.continuation.resume(with: answer) }
    }

    private func dismiss(_ id: UInt64, _ error: any Error) {
        let waiter = state.withLock { state in
            state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(throwing: error)
    }

    /// Takes a healthy connection back; false if the pool is closed and the connection is to be closed, too.
    func takeBack(_ connection: PQConnection) -> Bool {
        let (taken, waiter) = state.withLock { state -> (Bool, Waiter?) in
            guard !state.isClosed else { return (false, nil) }
            if !state.waiters.isEmpty { return (true, state.waiters.removeFirst()) }
            state.idle.append((connection, .now))
            return (true, nil)
        }
        waiter?.continuation.resume(returning: .connection(connection, idleSince: .now))
        return taken
    }

    /// Takes back the place of a connection that was closed or never opened.
    func takeBackSlot() {
        let (waiter, closers) = state.withLock { state -> (Waiter?, [CheckedContinuation<Void, Never>]) in
            if !state.waiters.isEmpty { return (state.waiters.removeFirst(), []) }
            state.taken -= 1
            return (nil, state.takeClosersIfDone())
        }
        waiter?.continuation.resume(returning: .slot)
        for closer in closers { closer.resume() }
    }

    /// Refuses callers from now on and hands over the idle connections, whose places are free then.
    @discardableResult
    func refuseFurther() -> [PQConnection] {
        let (idle, waiters) = state.withLock { state in
            state.isClosed = true
            let idle = state.idle.map(\.connection)
            let waiters = state.waiters
            state.taken -= idle.count
            state.idle = []
            state.waiters = []
            return (idle, waiters)
        }
        for waiter in waiters { waiter.continuation.resume(throwing: Self.closed) }
        return idle
    }

    /// Waits until every connection is back.
    func allReturned() async {
        let id = state.withLock { $0.makeID() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDone = state.withLock { state in
                    if state.taken == 0 || Task.isCancelled { return true }
                    state.closers[id] = continuation
                    return false
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.closers.removeValue(forKey: id) }?.resume()
        }
    }
}
