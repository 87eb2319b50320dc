internal import Synchronization

/// One connection to PostgreSQL on a thread of its own, for async code.
///
/// The actor's executor is that thread, so libpq's blocking calls hold up nobody else. Work goes in as a closure
/// over a ``PQSession``: one hop there and one back, however many statements it runs.
///
/// ```swift
/// let (id, name) = try await connection.run { session in
///     try session.query("select id, name from users where id = \(42)")[0].decode(as: Int64.self, String.self)
/// }
/// ```
///
/// Calls are served one after the other. Cancelling a task cancels its running statement, and the call throws
/// `CancellationError`.
public actor PQConnection {
    private nonisolated let executor: ThreadExecutor
    private nonisolated let health = Mutex(Health())
    private var session: PQSession

    private struct Health {
        var isUsable = false
        var transactionStatus = PQTransactionStatus.unknown
        var backendPID: Int32 = 0
        var serverVersion = 0
        var cancelToken: PQCancelToken?
    }

    /// Runs the actor on its thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    private init(closed options: PQOptions) {
        executor = ThreadExecutor(name: "pq-connection")
        session = PQSession(closed: options)
    }

    deinit {
        executor.stop()
    }

    /// Connects on a new thread.
    ///
    /// - Parameter options: Where and how to connect.
    /// - Returns: A connection that is ready.
    /// - Throws: ``PQError``, as ``PQSession/connect(_:)`` does; with ``PQError/Code/cancelled`` if the task is
    ///   cancelled, which ends the attempt at once.
    public static func connect(_ options: PQOptions) async throws(PQError) -> PQConnection {
        let connection = PQConnection(closed: options)
        let interrupt = try PQWakeUp()
        let outcome = await withTaskCancellationHandler {
            await connection.open(options, interrupt)
        } onCancel: {
            interrupt.signal()
        }
        try outcome.get()
        return connection
    }

    private func open(_ options: PQOptions, _ interrupt: PQWakeUp) -> Result<Void, PQError> {
        do throws(PQError) {
            session = try PQSession.connect(options, interrupt: interrupt)
            noteHealth()
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    // MARK: - Work

    /// Runs a closure on the connection's thread.
    ///
    /// Nobody else's statements come between those of the closure. If the task is cancelled, the running statement
    /// is, and further ones are refused; the closure may clean up and throws then. A COMMIT that is under way is
    /// not cancelled.
    ///
    /// - Parameter body: What to do; it must not keep the session.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws; `CancellationError` in place of ``PQError/Code/cancelled``.
    @discardableResult
    public func run<R: Sendable>(_ body: @Sendable (inout PQSession) throws -> R) async throws -> R {
        let token = session.cancelToken
        let number = token.runBegins()
        defer {
            token.runEnds()
            noteHealth()
        }
        do {
            return try await withTaskCancellationHandler {
                try Task.checkCancellation()
                return try body(&session)
            } onCancel: {
                token.request(run: number)
            }
        } catch let error as PQError where error.code == .cancelled && Task.isCancelled {
            throw CancellationError()
        }
    }

    /// Runs a closure that must have its turn although the task is cancelled, such as a rollback.
    func runUncancelled<R: Sendable>(_ body: @Sendable (inout PQSession) throws -> R) rethrows -> R {
        defer { noteHealth() }
        return try body(&session)
    }

    /// Ends the connection and its thread.
    ///
    /// Waits for the call that is being served; later ones fail with ``PQError/Code/connectionLost``.
    public func close() {
        session.close()
        noteHealth()
        executor.stop()
    }

    // MARK: - State

    private func noteHealth() {
        let now = Health(
            isUsable: session.isUsable,
            transactionStatus: session.transactionStatus,
            backendPID: session.backendPID,
            serverVersion: session.serverVersion,
            cancelToken: session.cancelToken
        )
        health.withLock { $0 = now }
    }

    /// Whether the connection was up after the last call.
    public nonisolated var isUsable: Bool { health.withLock { $0.isUsable } }

    /// Where the connection stood between BEGIN and COMMIT after the last call.
    public nonisolated var transactionStatus: PQTransactionStatus { health.withLock { $0.transactionStatus } }

    /// The process id of the server process, as in `pg_stat_activity`.
    public nonisolated var backendPID: Int32 { health.withLock { $0.backendPID } }

    /// Cancels the running statement from a thread that may block; cancelling the task does the same.
    public nonisolated var cancelToken: PQCancelToken? { health.withLock { $0.cancelToken } }

    /// The server's version as libpq writes it: 150018 for 15.18.
    public nonisolated var serverVersion: Int { health.withLock { $0.serverVersion } }
}
