import Synchronization

/// Rings at a point in time.
///
/// An alarm that is set to ring earlier than asked stays as it is: to be woken once for nothing is cheaper than a timer for
/// every wait.
final class Alarm: Sendable {
    private let state = Mutex<(rings: Instant, task: Task<Void, any Error>)?>(nil)

    /// Makes the alarm ring at a point in time, unless it rings before that anyway.
    func set(to moment: Instant, _ ring: @escaping @Sendable () -> Void) {
        state.withLock { state in
            if let state {
                if state.rings <= moment { return }
                state.task.cancel()
            }
            let task = Task {
                try await Task.sleep(until: moment, clock: .continuous)
                if self.isOver(moment) { ring() }
            }
            state = (moment, task)
        }
    }

    /// Forgets the time.
    func cancel() { state.withLock { $0.take() }?.task.cancel() }

    /// Whether the alarm was set to this moment, and not to another one since.
    private func isOver(_ moment: Instant) -> Bool {
        state.withLock { state in
            guard state?.rings == moment else { return false }
            state = nil
            return true
        }
    }
}
