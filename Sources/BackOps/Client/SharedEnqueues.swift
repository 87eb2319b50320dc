import LibPQ
import Synchronization

/// Sends the enqueues of many callers in common statements, each of them a transaction.
///
/// Whoever waits is answered once: with the operation, with an error, or with the word to go alone, when it is the only one in
/// line or the common statement was refused, so that everybody gets the outcome of its own request.
final class SharedEnqueues: Sendable {
    /// What a caller is told.
    enum Answer: Sendable {
        /// The operation has committed.
        case enqueued(id: Int64, isNew: Bool)
        /// Nothing was written: the caller enqueues by itself, and calls ``ended(_:)`` if it got a turn.
        case goAlone(Turn?)
    }

    typealias Turn = EnqueueLine<Waiter>.Turn

    struct Waiter: Sendable {
        let request: SharedRequest
        let continuation: CheckedContinuation<Answer, any Error>
    }

    private struct State {
        var line: EnqueueLine<Waiter>
        var isWatched = false
        var isClosed = false
        var ids: UInt64 = 0

        mutating func answerAtOnce() -> Answer? {
            if isClosed { return .goAlone(nil) }
            return line.goAtOnce(at: .now).map { .goAlone($0) }
        }
    }

    private let pool: PQPool
    private let engine: EngineCalls
    private let patience: Duration
    private let state: Mutex<State>

    init(_ pool: PQPool, _ engine: EngineCalls, _ limits: EnqueueLimits) {
        self.pool = pool
        self.engine = engine
        patience = limits.patience
        state = Mutex(State(line: EnqueueLine(limits)))
    }

    /// Counts the callers in line.
    var waitingCount: Int { state.withLock { $0.line.waitingCount } }

    /// Sends a request with those of others, or tells the caller to go alone.
    ///
    /// - Throws: `CancellationError` for a task that is cancelled while it is in line; ``BackOpsError``.
    func enqueue(_ request: OperationRequest) async throws -> Answer {
        try Task.checkCancellation()
        if let answer = state.withLock({ $0.answerAtOnce() }) { return answer }
        guard let shared = try SharedRequest(request) else { return .goAlone(nil) }
        let id = state.withLock { state in
            state.ids += 1
            return state.ids
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { queue(id, Waiter(request: shared, continuation: $0)) }
        } onCancel: {
            state.withLock { $0.line.leave(id) }?.continuation.resume(throwing: CancellationError())
        }
    }

    private func queue(_ id: UInt64, _ waiter: Waiter) {
        let (answer, mustWatch) = state.withLock { state -> (Result<Answer, any Error>?, Bool) in
            // A task cancelled before this point finds no waiter to take out of line, so look here, under the lock.
            if Task.isCancelled { return (.failure(CancellationError()), false) }
            if let answer = state.answerAtOnce() { return (.success(answer), false) }
            state.line.wait(id, bytes: waiter.request.bytes, waiter)
            defer { state.isWatched = true }
            return (nil, !state.isWatched)
        }
        if let answer { waiter.continuation.resume(with: answer) }
        if mustWatch { Task.detached { await self.watch() } }
    }

    /// Lets the line go on when the turn of a caller has ended.
    func ended(_ turn: Turn) {
        depart(state.withLock { $0.line.ended(turn, at: .now) })
    }

    /// Refuses everybody in line, who would find the pool open for a moment still, and tells all that come later to go alone: the pool
    /// is closed next, and refuses them.
    func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            return state.line.leaveAll()
        }
        let closed = BackOpsError(refusing: PQError(.poolClosed, "The pool is closed."))
        for waiter in waiters { waiter.continuation.resume(throwing: closed) }
    }

    private func depart(_ departure: EnqueueLine<Waiter>.Departure?) {
        guard let departure else { return }
        if departure.waiters.count == 1 {
            departure.waiters[0].continuation.resume(returning: .goAlone(departure.turn))
        } else {
            // Of its own, so that it ends with no caller's task.
            Task.detached { await self.send(departure) }
        }
    }

    private func send(_ departure: EnqueueLine<Waiter>.Departure) async {
        let outcomes = await outcomes(departure.waiters.map(\.request))
        for (waiter, outcome) in zip(departure.waiters, outcomes) {
            waiter.continuation.resume(with: outcome)
        }
        // Callers that enqueue the next one as soon as they are answered get in line before it goes.
        await Task.yield()
        ended(departure.turn)
    }

    private func outcomes(_ requests: [SharedRequest]) async -> [Result<Answer, any Error>] {
        func all(_ outcome: Result<Answer, any Error>) -> [Result<Answer, any Error>] {
            Array(repeating: outcome, count: requests.count)
        }
        do {
            let answers = try await pool.query(engine.enqueue(requests)).map {
                try $0.decode(as: Int64.self, Bool.self)
            }
            guard answers.count == requests.count else { throw BackOpsError.noRow("the enqueue") }
            return answers.map { .success(.enqueued(id: $0, isNew: $1)) }
        } catch let error as PQError {
            return all(
                error.isOfOneRequest ? .success(.goAlone(nil)) : .failure(BackOpsError(refusing: error))
            )
        } catch {
            return all(.failure(error))
        }
    }

    /// Looks after the line as long as anybody is in it.
    private func watch() async {
        while true {
            do {
                try await Task.sleep(for: patience)
            } catch {
                // Nobody cancels this task.
                return
            }
            let (departure, isDone) = state.withLock { state in
                let departure = state.line.pass(at: .now)
                state.isWatched = state.line.waitingCount > 0
                return (departure, !state.isWatched)
            }
            depart(departure)
            if isDone { return }
        }
    }
}

extension PQError {
    /// Whether the statement was undone for something that may be the matter of one of its requests, and not of all.
    fileprivate var isOfOneRequest: Bool {
        switch code {
        case .misuse: return true
        case .server:
            let code = BackOpsError.Code(self)
            return code != .databaseUnavailable && code != .unknownCommit
        default: return false
        }
    }
}
