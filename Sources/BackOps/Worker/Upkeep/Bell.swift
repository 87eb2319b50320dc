import Synchronization

/// Ends the pause of an errand early.
///
/// One task waits; any thread rings, and what rings while nobody waits ends the next pause.
final class Bell: Sendable {
    private struct State {
        var isRung = false
        var pause: Task<Void, any Error>?
    }

    private let state = Mutex(State())

    /// Waits until it rings, for as long as this at most.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func wait(for duration: Duration) async throws {
        let pause: Task<Void, any Error>? = state.withLock { state in
            guard !state.isRung else { return nil }
            let pause = Task { try await Task.sleep(for: duration) }
            state.pause = pause
            return pause
        }
        if let pause {
            _ = await withTaskCancellationHandler {
                await pause.result
            } onCancel: {
                pause.cancel()
            }
        }
        state.withLock { $0 = State() }
        try Task.checkCancellation()
    }

    /// Ends the pause, or the next one.
    func ring() {
        state.withLock { state in
            state.isRung = true
            state.pause?.cancel()
        }
    }
}
