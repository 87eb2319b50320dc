import Synchronization

/// Collects what the dispatcher has to react to, from whatever thread it comes.
///
/// Writers never wait. There is one reader, the dispatcher's loop, which sleeps in ``wait(until:)``. It may wait for an
/// answer of the database for as long as that takes; so actions whose claim is lost, or all of them when the lease ends,
/// are told to stop from here, at once.
package final class WorkerInbox: Sendable {
    /// How urgently the worker is to stop.
    package enum Stop: Int, Sendable, Comparable {
        case no
        /// Nothing left to do (draining).
        case whenIdle
        /// Claim nothing more, finish what runs.
        case graceful
        /// Hand everything back.
        case now

        package static func < (lhs: Stop, rhs: Stop) -> Bool { lhs.rawValue < rhs.rawValue }
    }

    /// How a worker learns of new work, and of claims that were taken away.
    enum Hearing: Sendable {
        /// The database tells it.
        case listens
        /// It asks again and again.
        case asks
    }

    /// An attempt that has ended.
    struct Ended: Sendable {
        let job: ClaimedJob
        let outcome: ActionOutcome
        /// What the database answered, for an action that completed itself in a transaction.
        let committed: CompletionResult?
    }

    /// Everything that came in since the last look.
    struct News: Sendable {
        var ended: [Ended] = []
        var lostClaims: [Int64] = []
        var isWoken = false
        /// The heartbeat has connected; whether the database can tell this worker something from now on.
        var connected: Hearing?
        var hasSuspects = false
        var leaseEnded = false
        var stop = Stop.no
    }

    private struct State {
        var news = News()
        var hasNews = false
        var waiter: CheckedContinuation<Void, Never>?
        var waits: UInt64 = 0
        /// The running actions, by claim.
        var tasks: [Int64: Task<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    /// Starts the task of an action, which adds how it ended.
    func launch(
        claim id: Int64,
        _ body: @escaping @Sendable () async -> Ended
    ) -> Task<Void, Never> {
        state.withLock { state in
            let task = Task { self.add(await body()) }
            state.tasks[id] = task
            // The claim's answer came after the end of the lease.
            if state.news.leaseEnded { task.cancel() }
            return task
        }
    }

    private func add(_ ended: Ended) {
        state.withLock { $0.tasks[ended.job.claim.claimID] = nil }
        note { $0.ended.append(ended) }
    }

    func wake() { note { $0.isWoken = true } }
    func connected(_ hearing: Hearing) {
        note { news in
            news.connected = hearing
            news.isWoken = true
        }
    }
    func lose(claim id: Int64) {
        state.withLock { $0.tasks[id] }?.cancel()
        note { $0.lostClaims.append(id) }
    }

    func leaseEnded() {
        let tasks = state.withLock { state in
            state.news.leaseEnded = true
            return Array(state.tasks.values)
        }
        for task in tasks { task.cancel() }
        note { $0.leaseEnded = true }
    }

    func foundSuspects() { note { $0.hasSuspects = true } }
    func stop(_ stop: Stop) { note { $0.stop = max($0.stop, stop) } }

    /// Whether there is something to take.
    var hasNews: Bool { state.withLock { $0.hasNews } }

    /// Hands over what came in; a stop and the end of the lease stay, everything else is the reader's now.
    func take() -> News {
        state.withLock { state in
            let news = state.news
            state.news = News(leaseEnded: news.leaseEnded, stop: news.stop)
            state.hasNews = false
            return news
        }
    }

    /// Returns when there is news, at the latest at a point in time.
    func wait(until deadline: ContinuousClock.Instant) async {
        let number: UInt64? = state.withLock { state in
            guard !state.hasNews else { return nil }
            state.waits += 1
            return state.waits
        }
        guard let number else { return }
        let alarm = Task {
            try await Task.sleep(until: deadline, clock: .continuous)
            self.resume(wait: number)
        }
        await withCheckedContinuation { continuation in
            let isLate = state.withLock { state in
                if state.hasNews || deadline <= .now { return true }
                state.waiter = continuation
                return false
            }
            if isLate { continuation.resume() }
        }
        alarm.cancel()
    }

    private func note(_ change: (inout News) -> Void) {
        let waiter = state.withLock { state in
            change(&state.news)
            state.hasNews = true
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// An alarm that rings late must not end the wait after its own.
    private func resume(wait number: UInt64) {
        let waiter = state.withLock { state in
            state.waits == number ? state.waiter.take() : nil
        }
        waiter?.resume()
    }
}
