import LibPQ
import Synchronization

/// Looks up names on a thread of its own, one stack after the other.
///
/// Of ordinary priority: with a lower one, on a busy machine the record of a failure would wait for everything else.
/// It begins with the first failure of the process: to have it ready beforehand would cost every worker a second of processor
/// time and the memory of its debug information, and most processes never need it.
package final class SymbolThread: Sendable {
    package static let shared = SymbolThread()

    private struct State: Sendable {
        var work: [@Sendable () -> Void] = []
        var isRunning = false
    }

    private let state = Mutex(State())

    package init() {}

    /// Runs a closure after those that were given before.
    func run(_ work: @escaping @Sendable () -> Void) {
        let mustStart = state.withLock { state in
            state.work.append(work)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard mustStart else { return }
        // Without a thread the caller does it: late is better than never.
        if !DetachedThread.start(name: "backops-symbols", { self.loop() }) { loop() }
    }

    /// Works until there is nothing left.
    private func loop() {
        while let work = next() { work() }
    }

    private func next() -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard !state.work.isEmpty else {
                state.isRunning = false
                return nil
            }
            return state.work.removeFirst()
        }
    }
}
