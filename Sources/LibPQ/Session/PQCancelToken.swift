internal import CLibPQ
internal import Dispatch
internal import Synchronization

/// Cancels the statement that a session is running, from any thread.
///
/// libpq's cancel request names the connection, not the statement: one that is late ends whatever runs next. So
/// the session tells the token when a statement begins and ends, and does not go on while a request is on its way.
public final class PQCancelToken: Sendable {
    private enum Statement {
        case none, cancellable, shielded
    }

    private struct State {
        var statement = Statement.none
        var isRequested = false
        var requestsUnderWay = 0
        /// Whether a request was made for the current statement.
        var wasSent = false
        var someoneWaits = false
        var run: UInt64 = 0
    }

    private let handle: CancelHandle?
    private let state = Mutex(State())
    private let requestsDone = DispatchSemaphore(value: 0)

    init(_ handle: CancelHandle?) {
        self.handle = handle
    }

    /// Sends a cancel request if a statement is running that may be cancelled; COMMIT and ROLLBACK may not.
    ///
    /// Blocks until the server has taken the request, so don't call it on Swift's cooperative threads. The
    /// statement then fails with SQLSTATE 57014, unless it ends first.
    ///
    /// - Returns: Whether a request was sent.
    @discardableResult
    public func cancel() -> Bool {
        let isRunning = state.withLock { state in
            guard state.statement == .cancellable else { return false }
            state.requestsUnderWay += 1
            state.wasSent = true
            return true
        }
        guard isRunning, let handle else {
            if isRunning { requestEnded() }
            return false
        }
        let sent = handle.send()
        requestEnded()
        return sent
    }

    private func requestEnded() {
        let wake = state.withLock { state in
            state.requestsUnderWay -= 1
            guard state.requestsUnderWay == 0, state.someoneWaits else { return false }
            state.someoneWaits = false
            return true
        }
        if wake { requestsDone.signal() }
    }

    // MARK: - For the session

    /// Whether somebody wants the current run to end.
    var isRequested: Bool { state.withLock { $0.isRequested } }

    /// Whether a request was made for the current or last statement.
    var wasSent: Bool { state.withLock { $0.wasSent } }

    /// Whether a request is on its way to the server.
    var isUnderWay: Bool { state.withLock { $0.requestsUnderWay > 0 } }

    /// Notes that a statement goes out; a shielded one will not be cancelled.
    func statementBegins(shielded: Bool) throws(PQError) {
        let refused = state.withLock { state in
            if !shielded, state.isRequested { return true }
            state.statement = shielded ? .shielded : .cancellable
            state.wasSent = false
            return false
        }
        if refused { throw PQError(.cancelled, "The statement was not sent, because its task is cancelled.") }
    }

    /// Notes that a statement has ended, and waits for requests on their way.
    ///
    /// - Returns: False if one is still under way after the limit: the connection must not be used again then.
    func statementEnds(within limit: Duration) -> Bool {
        let mustWait = state.withLock { state in
            state.statement = .none
            state.someoneWaits = state.requestsUnderWay > 0
            return state.someoneWaits
        }
        guard mustWait, requestsDone.wait(timeout: .now() + limit / .seconds(1)) == .timedOut else {
            return true
        }
        let cameLate = state.withLock { state in
            defer { state.someoneWaits = false }
            return !state.someoneWaits
        }
        // Whoever cleared the mark has signalled, or is about to: take the signal, or the next wait would.
        if cameLate { requestsDone.wait() }
        return cameLate
    }

    // MARK: - For the connection

    /// Begins a unit of work and returns its number.
    func runBegins() -> UInt64 {
        state.withLock { state in
            state.run += 1
            state.isRequested = false
            return state.run
        }
    }

    /// Ends a unit of work, whose cancellation no longer matters.
    func runEnds() {
        state.withLock { state in
            state.run += 1
            state.isRequested = false
        }
    }

    /// Wants a unit of work to end, and sends a request from a thread of its own if a statement runs.
    func request(run: UInt64) {
        let isRunning = state.withLock { state in
            guard state.run == run else { return false }
            state.isRequested = true
            return state.statement == .cancellable
        }
        if isRunning { cancelOnOwnThread() }
    }

    /// Sends a request without making the caller wait for it.
    func cancelOnOwnThread() {
        let started = DetachedThread.start(name: "pq-cancel") { self.cancel() }
        // Without a thread the session's next look at the clock tries again.
        _ = started
    }
}

/// Owns libpq's cancel object.
///
/// `@unchecked Sendable`: `PQcancel` is documented as safe to call from any thread, and the object never changes.
@safe final class CancelHandle: @unchecked Sendable {
    private let pointer: OpaquePointer

    @unsafe init?(_ connection: OpaquePointer) {
        guard let pointer = unsafe PQgetCancel(connection) else { return nil }
        unsafe self.pointer = unsafe pointer
    }

    deinit {
        unsafe PQfreeCancel(pointer)
    }

    func send() -> Bool {
        var message: [CChar] = Array(repeating: 0, count: 256)
        return unsafe message.withUnsafeMutableBufferPointer { buffer in
            unsafe PQcancel(pointer, buffer.baseAddress, Int32(buffer.count)) == 1
        }
    }
}
