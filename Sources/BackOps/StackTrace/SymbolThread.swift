import Dispatch
import LibPQ
import Synchronization

/// Looks up names on a thread of its own, one stack after the other.
///
/// Of ordinary priority: with a lower one, on a busy machine the record of a failure would wait for everything else.
/// It begins with the first failure of the process: to have it ready beforehand would cost every worker a second of processor
/// time and the memory of its debug information, and most processes never need it. From then on it stays: the Runtime module
/// keeps what it has read of a binary for as long as the thread lives, and another thread would read all of it again.
package final class SymbolThread: Sendable {
    package static let shared = SymbolThread()

    /// What the thread holds, so that it does not keep the object whose end is its own.
    private final class Queue: Sendable {
        struct State: Sendable {
            var work: [@Sendable () -> Void] = []
            var hasThread = false
            var isStopped = false
        }

        let state = Mutex(State())
        let wake = DispatchSemaphore(value: 0)

        /// Works until it is stopped, and nothing is left.
        func loop() {
            while let work = next() { work() }
        }

        private func next() -> (@Sendable () -> Void)? {
            while true {
                let (work, ends) = state.withLock { state in
                    (state.work.isEmpty ? nil : state.work.removeFirst(), state.isStopped)
                }
                if work != nil || ends { return work }
                wake.wait()
            }
        }
    }

    private let queue = Queue()

    package init() {}

    deinit {
        queue.state.withLock { $0.isStopped = true }
        queue.wake.signal()
    }

    /// Runs a closure after those that were given before.
    package func run(_ work: @escaping @Sendable () -> Void) {
        let mustStart = queue.state.withLock { state in
            state.work.append(work)
            defer { state.hasThread = true }
            return !state.hasThread
        }
        guard mustStart else {
            queue.wake.signal()
            return
        }
        guard !DetachedThread.start(name: "backops-symbols", { [queue] in queue.loop() }) else { return }
        // Without a thread the caller does it: late is better than never.
        runWaiting()
    }

    private func runWaiting() {
        while true {
            let work = queue.state.withLock { state in
                if state.work.isEmpty { state.hasThread = false }
                return state.work.isEmpty ? nil : state.work.removeFirst()
            }
            guard let work else { return }
            work()
        }
    }
}
