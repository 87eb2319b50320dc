import Logging
import Synchronization

/// Watches actions that were told to stop: one that goes on has lost its slot, and is reported.
///
/// Nothing in Swift ends a task from outside. What such an action returns is refused, but it keeps its memory, and its
/// thread if it blocks one, for as long as it goes on.
package final class Stragglers: Sendable {
    private let count = Mutex(0)

    /// How long an action may take to end after its task was cancelled, before it is reported.
    static let patience: Duration = .seconds(1)

    package init() {}

    /// Reports an action whose task was cancelled, if it goes on for longer than it should.
    ///
    /// - Parameters:
    ///   - work: The action's task.
    ///   - patience: How long it may take.
    ///   - logger: Names the action.
    func watch(_ work: Task<Void, Never>, for patience: Duration = patience, logger: Logger) {
        let alarm = Task {
            do {
                try await Task.sleep(for: patience)
            } catch {
                return false
            }
            report(logger)
            return true
        }
        Task {
            await work.value
            alarm.cancel()
            if await alarm.value { forget(logger) }
        }
    }

    private func report(_ logger: Logger) {
        let count = count.withLock { count in
            count += 1
            return count
        }
        logger.warning(
            "action ignores its cancellation and goes on: its slot is free, what it returns is refused",
            metadata: ["still_running": .stringConvertible(count)]
        )
    }

    private func forget(_ logger: Logger) {
        let count = count.withLock { count in
            count -= 1
            return count
        }
        logger.notice(
            "action that ignored its cancellation has ended",
            metadata: ["still_running": .stringConvertible(count)]
        )
    }
}
