import Synchronization

/// Ends the pause of an errand early.
///
/// One task waits; any thread rings, and what rings while nobody waits ends the next pause.
final class Bell: Sendable {
    private struct State {
        var isRung = false
        var isHeard = false
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
        state.withLock { state in
            state.isRung = false
            state.pause = nil
        }
        try Task.checkCancellation()
    }

    /// Whether all that could ring is heard at the moment: an errand that listens need not look so often.
    ///
    /// It rings when that changes, for what was missed meanwhile.
    var isHeard: Bool {
        get { state.withLock { $0.isHeard } }
        set {
            let wasHeard = state.withLock { state in
                defer { state.isHeard = newValue }
                return state.isHeard
            }
            if wasHeard != newValue { ring() }
        }
    }

    /// Ends the pause, or the next one.
    func ring() {
        state.withLock { state in
            state.isRung = true
            state.pause?.cancel()
        }
    }
}
