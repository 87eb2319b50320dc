internal import Synchronization

/// Keeps up to a number of connections and lends them, first come, first served.
///
/// Connections are opened when they are needed and kept. One that is not usable any more, or that comes back with
/// a transaction open, is closed and replaced. State such as SET, LISTEN or temporary tables is not undone.
///
/// ## Topics
/// - ``withConnection(_:)``
/// - ``withTransaction(isolation:readOnly:attempts:_:)``
/// - ``query(_:timeout:)``
/// - ``close()``
public final class PQPool: Sendable {
    /// Reports what happens to the pool's connections.
    public enum Event: Sendable {
        /// Opened a connection to the server process with this id.
        case connected(backendPID: Int32)
        /// Could not open one; the caller that needed it got the error.
        case connectFailed(PQError)
        /// Found that one had ended; it is replaced when one is needed.
        case lost(backendPID: Int32)
        /// Closed one that came back with its transaction open: a mistake in the code that had it.
        case discarded(backendPID: Int32)
    }

    /// After this long unused, a connection is looked at before it is lent: a system call, no round trip.
    private static let unproven = Duration.seconds(1)
    /// After this long unused, the server is asked as well.
    private static let doubtful = Duration.seconds(30)

    /// Where and how the pool connects.
    public let options: PQOptions
    private let acquireTimeout: Duration
    private let onEvent: (@Sendable (Event) -> Void)?
    private let lending: PoolLending

    /// Makes a pool, without connecting yet.
    ///
    /// - Parameters:
    ///   - options: Where and how to connect.
    ///   - size: The most connections, 1 or more.
    ///   - acquireTimeout: How long a caller waits for one to become free.
    ///   - onEvent: Hears of connections made and lost, for logs and metrics; it must not block.
    public init(
        _ options: PQOptions,
        size: Int = 10,
        acquireTimeout: Duration = .seconds(30),
        onEvent: (@Sendable (Event) -> Void)? = nil
    ) {
        precondition(size >= 1, "A pool's size must be 1 or more, not \(size).")
        self.options = options
        self.acquireTimeout = acquireTimeout
        self.onEvent = onEvent
        lending = PoolLending(size: size)
    }

    deinit {
        // The idle connections go with the pool; each ends its thread by itself.
        lending.refuseFurther()
    }

    /// Counts the connections that are open, being opened or lent.
    public var openCount: Int { lending.openCount }

    /// Counts the callers that wait for a connection.
    public var waitingCount: Int { lending.waitingCount }

    /// Lends a connection to a closure.
    ///
    /// - Parameter body: What to do; it must not keep the connection.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws; ``PQError`` with ``PQError/Code/poolExhausted`` when none became free in
    ///   time, with ``PQError/Code/poolClosed``, or with ``PQError/Code/connectionFailed`` when a new one could not
    ///   be opened; `CancellationError` as soon as a waiting task is cancelled.
    @discardableResult
    public func withConnection<R>(_ body: (PQConnection) async throws -> R) async throws -> R {
        let connection = try await acquire()
        do {
            let result = try await body(connection)
            await release(connection)
            return result
        } catch {
            await release(connection)
            throw error
        }
    }

    /// Closes the pool, and waits until the lent connections are back.
    ///
    /// Idle connections are closed at once; callers that wait and later ones get ``PQError/Code/poolClosed``.
    /// Cancelling the calling task ends the wait, not the closing.
    public func close() async {
        for connection in lending.refuseFurther() { await connection.close() }
        await lending.allReturned()
    }

    // MARK: - Lending

    private func acquire() async throws -> PQConnection {
        switch try await lending.grant(within: acquireTimeout) {
        case .slot: return try await open()
        case .connection(let connection, let idleSince):
            if await isAlive(connection, since: idleSince) { return connection }
            onEvent?(.lost(backendPID: connection.backendPID))
            await connection.close()
            return try await open()
        }
    }

    /// Opens a connection in place of a granted slot.
    private func open() async throws -> PQConnection {
        do throws(PQError) {
            let connection = try await PQConnection.connect(options)
            onEvent?(.connected(backendPID: connection.backendPID))
            return connection
        } catch {
            lending.takeBackSlot()
            if error.code == .cancelled { throw CancellationError() }
            onEvent?(.connectFailed(error))
            throw error
        }
    }

    private func isAlive(_ connection: PQConnection, since: ContinuousClock.Instant) async -> Bool {
        let idle = since.duration(to: .now)
        if idle < Self.unproven { return connection.isUsable }
        return await connection.runUncancelled { session in
            guard session.noticeClosing() else { return false }
            guard idle > Self.doubtful else { return true }
            return (try? session.query("select 1", timeout: .seconds(5))) != nil
        }
    }

    private func release(_ connection: PQConnection) async {
        if connection.isUsable, connection.transactionStatus == .idle {
            if lending.takeBack(connection) { return }
        } else if connection.isUsable {
            await connection.runUncancelled { $0.rollbackIfOpen() }
            onEvent?(.discarded(backendPID: connection.backendPID))
        } else {
            onEvent?(.lost(backendPID: connection.backendPID))
        }
        await connection.close()
        lending.takeBackSlot()
    }
}
