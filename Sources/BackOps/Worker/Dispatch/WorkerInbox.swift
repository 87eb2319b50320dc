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

    /// Runs an action and says how it ended.
    typealias Body = @Sendable () async -> EndedAction

    /// Everything that came in since the last look.
    package struct News: Sendable {
        package var answers: [RoundTripAnswer] = []
        package var ended: [EndedAction] = []
        package var lostClaims: [Int64] = []
        package var traces: [(claim: Claim, text: String)] = []
        package var isWoken = false
        /// The heartbeat has connected; whether the database can tell this worker something from now on.
        package var connected: WakeMode?
        package var hasSuspects = false
        package var leaseEnded = false
        package var stop = Stop.no

        package init() {}
    }

    private struct State {
        var news = News()
        /// Whether there is something that the reader must not miss while it waits for more actions to end.
        var isUrgent = false
        var waiter: CheckedContinuation<Void, Never>?
        /// How many actions must have ended for the reader to be woken.
        var actions = 1

        /// Nobody reads any more.
        var isClosed = false

        /// Whether the reader has something to do.
        var isDue: Bool { isUrgent || news.ended.count >= actions }
    }

    private let state = Mutex(State())
    private let alarm = Alarm()
    private let onUnread: @Sendable (AttemptEnd) -> Void

    /// Where the worker's actions run.
    let slots: ActionSlots

    /// Makes an inbox for a worker.
    ///
    /// - Parameters:
    ///   - slots: How many actions run at once.
    ///   - onUnread: Hears of attempts that ended when nobody read any more.
    init(slots: Int, onUnread: @escaping @Sendable (AttemptEnd) -> Void) {
        self.slots = ActionSlots(count: slots)
        self.onUnread = onUnread
    }

    /// Starts the task of an action, which adds how it ended; as soon as a slot is free, or only if one is free now.
    ///
    /// - Returns: Whether it started or waits.
    func launch(claim id: Int64, mayWait: Bool, _ body: @escaping Body) -> Bool {
        slots.launch(claim: id, mayWait: mayWait) { leave in
            let ended = await body()
            leave()
            self.add(ended)
        }
    }

    private func add(_ ended: EndedAction) {
        let (waiter, isRead) = state.withLock { state in
            guard !state.isClosed else { return (nil as CheckedContinuation<Void, Never>?, false) }
            state.news.ended.append(ended)
            return (state.isDue ? state.waiter.take() : nil, true)
        }
        waiter?.resume()
        if !isRead { onUnread(ended.end) }
    }

    func land(_ answer: RoundTripAnswer) { note { $0.answers.append(answer) } }
    func resolved(_ claim: Claim, _ text: String) { note { $0.traces.append((claim, text)) } }
    func wake() { note { $0.isWoken = true } }
    func connected(_ hearing: WakeMode) {
        note { news in
            news.connected = hearing
            news.isWoken = true
        }
    }
    func lose(claim id: Int64) {
        slots.cancel(claim: id)
        note { $0.lostClaims.append(id) }
    }

    func leaseEnded() {
        slots.close()
        note { $0.leaseEnded = true }
    }

    func foundSuspects() { note { $0.hasSuspects = true } }
    func stop(_ stop: Stop) { note { $0.stop = max($0.stop, stop) } }

    /// Whether there is something to take.
    var hasNews: Bool { state.withLock { $0.isUrgent || !$0.news.ended.isEmpty } }

    /// Hands over what came in.
    func take() -> News {
        state.withLock { state in
            let news = state.news
            state.news = News()
            state.isUrgent = false
            return news
        }
    }

    /// Returns when there is news, at the latest at a point in time; now and then without a reason.
    ///
    /// - Parameters:
    ///   - deadline: The latest time.
    ///   - actions: How many actions must have ended to be news; everything else is news at once.
    func wait(until deadline: Instant, actions: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isDue = state.withLock { state in
                state.actions = actions
                if state.isDue || deadline <= .now { return true }
                state.waiter = continuation
                return false
            }
            if isDue { continuation.resume() } else { alarm.set(to: deadline) { self.wakeReader() } }
        }
    }

    private func wakeReader() { state.withLock { $0.waiter.take() }?.resume() }

    /// Forgets the alarm, which would keep this inbox until it rings, and takes nothing more.
    ///
    /// - Returns: The attempts that have ended and were not read.
    func close() -> [EndedAction] {
        alarm.cancel()
        return state.withLock { state in
            state.isClosed = true
            defer { state.news.ended = [] }
            return state.news.ended
        }
    }

    private func note(_ change: (inout News) -> Void) {
        let waiter = state.withLock { state in
            change(&state.news)
            state.isUrgent = true
            return state.waiter.take()
        }
        waiter?.resume()
    }
}
