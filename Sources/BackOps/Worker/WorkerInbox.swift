import LibPQ
import Synchronization

/// Collects what the dispatcher has to react to, from whatever thread it comes.
///
/// Writers never wait. There is one reader, the dispatcher's loop, which sleeps in ``wait(until:actions:)``. Actions whose
/// claim is lost, or all of them when the lease ends, are told to stop from here, at once.
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
        /// How long the action ran.
        let duration: Duration
        /// What it logged, where that is to be stored.
        let log: PQJSON?
    }

    /// Everything that came in since the last look.
    struct News: Sendable {
        var landings: [Landing] = []
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
        /// Whether there is something that the reader must not miss while it waits for more actions to end.
        var isUrgent = false
        var waiter: CheckedContinuation<Void, Never>?
        /// How many actions must have ended for the reader to be woken.
        var actions = 1
        var alarm: (rings: ContinuousClock.Instant, task: Task<Void, any Error>)?
        /// The running actions, by claim.
        var tasks: [Int64: Task<Void, Never>] = [:]

        /// Whether the reader has something to do.
        var isDue: Bool { isUrgent || news.ended.count >= actions }
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
        let waiter = state.withLock { state in
            state.tasks[ended.job.claim.claimID] = nil
            state.news.ended.append(ended)
            return state.isDue ? state.waiter.take() : nil
        }
        waiter?.resume()
    }

    func land(_ landing: Landing) { note { $0.landings.append(landing) } }
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
    var hasNews: Bool { state.withLock { $0.isUrgent || !$0.news.ended.isEmpty } }

    /// Hands over what came in; a stop and the end of the lease stay, everything else is the reader's now.
    func take() -> News {
        state.withLock { state in
            let news = state.news
            state.news = News(leaseEnded: news.leaseEnded, stop: news.stop)
            state.isUrgent = false
            return news
        }
    }

    /// Returns when there is news, at the latest at a point in time; now and then without a reason.
    ///
    /// - Parameters:
    ///   - deadline: The latest time.
    ///   - actions: How many actions must have ended to be news; everything else is news at once.
    func wait(until deadline: ContinuousClock.Instant, actions: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isDue = state.withLock { state in
                state.actions = actions
                if state.isDue || deadline <= .now { return true }
                state.waiter = continuation
                setAlarm(&state, deadline)
                return false
            }
            if isDue { continuation.resume() }
        }
    }

    /// Forgets the alarm, which would keep this inbox until it rings.
    func close() {
        state.withLock { $0.alarm.take() }?.task.cancel()
    }

    private func note(_ change: (inout News) -> Void) {
        let waiter = state.withLock { state in
            change(&state.news)
            state.isUrgent = true
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// One that rings too early is kept: to be woken once for nothing is cheaper than a timer for every wait.
    private func setAlarm(_ state: inout State, _ deadline: ContinuousClock.Instant) {
        if let alarm = state.alarm {
            if alarm.rings <= deadline { return }
            alarm.task.cancel()
        }
        let task = Task {
            try await Task.sleep(until: deadline, clock: .continuous)
            let waiter = self.state.withLock { state in
                guard state.alarm?.rings == deadline else { return nil as CheckedContinuation<Void, Never>? }
                state.alarm = nil
                return state.waiter.take()
            }
            waiter?.resume()
        }
        state.alarm = (deadline, task)
    }
}
