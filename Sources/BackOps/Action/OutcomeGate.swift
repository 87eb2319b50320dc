import Synchronization

/// Holds how something ended, for one waiter that waits no longer than it wants to.
final class OutcomeGate: Sendable {
    typealias Outcome = RecordedOutcome<Void>

    private struct State {
        var outcome: Outcome?
        /// The time is over; the timer may see that before the waiter has arrived.
        var isOver = false
        var waiter: CheckedContinuation<Outcome?, Never>?
    }

    private let state = Mutex(State())

    /// Files the outcome; only the first one counts.
    func finish(_ outcome: Outcome) {
        let waiter = state.withLock { state in
            guard state.outcome == nil else { return nil as CheckedContinuation<Outcome?, Never>? }
            state.outcome = outcome
            return state.waiter.take()
        }
        waiter?.resume(returning: outcome)
    }

    /// Waits for the outcome until some time; gives nil when it has not come by then.
    func outcome(until deadline: ContinuousClock.Instant) async -> Outcome? {
        state.withLock { $0.isOver = false }
        let timer = Task {
            do {
                try await Task.sleep(until: deadline, clock: .continuous)
                giveUp()
            } catch {
                // Cancelled: the outcome came in time.
            }
        }
        defer { timer.cancel() }
        return await withCheckedContinuation { continuation in
            let (outcome, waits) = state.withLock { state in
                let waits = state.outcome == nil && !state.isOver
                if waits { state.waiter = continuation }
                return (state.outcome, waits)
            }
            if !waits { continuation.resume(returning: outcome) }
        }
    }

    private func giveUp() {
        let waiter = state.withLock { state in
            state.isOver = true
            return state.waiter.take()
        }
        waiter?.resume(returning: nil)
    }
}
