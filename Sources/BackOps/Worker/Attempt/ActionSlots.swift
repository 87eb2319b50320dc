import Synchronization

/// Runs a worker's actions: no more at once than there are slots, the others in the order in which they came.
///
/// An action that ends makes room for the next one without the dispatcher, which may be waiting for an answer.
final class ActionSlots: Sendable {
    /// Runs an action; it calls `leave` when the action has ended, before it tells anybody, so that its slot is free by then.
    typealias Body = @Sendable (_ leave: () -> Void) async -> Void

    private struct State {
        /// The running actions, by claim: no more than there are slots.
        var tasks: [Int64: Task<Void, Never>] = [:]
        /// Actions for which no slot is free.
        var waiting = ActionQueue<Body>()
        /// Nothing starts any more.
        var isClosed = false
    }

    private let state = Mutex(State())
    private let count: Int

    /// Makes slots that are all free.
    ///
    /// - Parameter count: How many actions run at once.
    init(count: Int) { self.count = count }

    /// Starts the task of an action as soon as a slot is free; one that must not wait, only if one is free now.
    ///
    /// - Returns: Whether it started or waits; true after the end of the lease, when nothing starts any more.
    func launch(claim id: Int64, mayWait: Bool, _ body: @escaping Body) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return true }
            guard mayWait || state.tasks.count < count else { return false }
            state.waiting.append(claim: id, at: .now, body)
            fill(&state)
            return true
        }
    }

    private func fill(_ state: inout State) {
        while state.tasks.count < count, let next = state.waiting.takeFirst() {
            state.tasks[next.claim] = Task { await next.body { self.leave(claim: next.claim) } }
        }
    }

    private func leave(claim id: Int64) {
        state.withLock { state in
            state.tasks[id] = nil
            fill(&state)
        }
    }

    /// Takes back an action that was launched: one that waits does not start, one that runs is cancelled and leaves its slot.
    ///
    /// - Parameter id: The claim.
    /// - Returns: The task, if it runs and has not ended.
    func withdraw(claim id: Int64) -> Task<Void, Never>? {
        let task = state.withLock { state in
            guard let task = state.tasks.removeValue(forKey: id) else {
                state.waiting.remove(claim: id)
                return nil as Task<Void, Never>?
            }
            fill(&state)
            return task
        }
        task?.cancel()
        return task
    }

    /// Takes back the actions that wait for a slot since some time or longer; they do not start.
    ///
    /// - Parameter moment: The time; nil for all of them.
    /// - Returns: Their claims.
    func withdrawWaiting(since moment: Instant?) -> [Int64] {
        state.withLock { $0.waiting.take(since: moment) }
    }

    /// Cancels an action, which keeps its slot until it ends; one that waits does not start.
    func cancel(claim id: Int64) {
        let task = state.withLock { state in
            state.waiting.remove(claim: id)
            return state.tasks[id]
        }
        task?.cancel()
    }

    /// Cancels every action, and starts none any more.
    func close() {
        let tasks = state.withLock { state in
            state.isClosed = true
            state.waiting = ActionQueue()
            return Array(state.tasks.values)
        }
        for task in tasks { task.cancel() }
    }

    /// Since when the action that is next has waited for a slot; nil when none waits.
    var oldestWaiting: Instant? { state.withLock { $0.waiting.oldest } }
}
