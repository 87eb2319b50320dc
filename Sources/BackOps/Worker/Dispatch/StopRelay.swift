import Synchronization

/// Passes a request to stop on to the worker, whichever registration it has at the time.
package final class StopRelay: Sendable {
    private struct State {
        var stop = WorkerInbox.Stop.no
        var inbox: WorkerInbox?
    }

    private let state = Mutex(State())

    package init() {}

    /// Asks for a stop; a less urgent request than an earlier one changes nothing.
    package func stop(_ stop: WorkerInbox.Stop) {
        let inbox = state.withLock { state in
            state.stop = max(state.stop, stop)
            return state.inbox
        }
        inbox?.stop(stop)
    }

    /// Whether the worker is to leave, be it with or without what runs.
    var isStopping: Bool { state.withLock { $0.stop >= .graceful } }

    /// Makes an inbox the receiver of this and later requests.
    func attach(_ inbox: WorkerInbox) {
        let stop = state.withLock { state in
            state.inbox = inbox
            return state.stop
        }
        if stop > .no { inbox.stop(stop) }
    }
}
