internal import Synchronization

/// One open transaction on one connection.
///
/// Use it only inside the closure it was given to; after that every call throws ``PQError/Code/misuse``.
public struct PQTransaction: Sendable {
    /// Whether the transaction is still open, for copies that outlive the closure.
    private final class Scope: Sendable {
        let isOpen = Mutex(true)
    }

    private let connection: PQConnection
    private let scope = Scope()

    /// Remembers at a savepoint what is not in the database, and gives what brings it back after a rollback to it.
    package var undo: (@Sendable () -> @Sendable () -> Void)?

    fileprivate init(_ connection: PQConnection) {
        self.connection = connection
    }

    /// Runs a closure on the connection's thread; see ``PQConnection/run(_:)``.
    ///
    /// - Parameter body: What to do; not BEGIN, COMMIT or ROLLBACK.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws, or `CancellationError`.
    @discardableResult
    public func run<R: Sendable>(_ body: @Sendable (inout PQSession) throws -> R) async throws -> R {
        let scope = scope
        return try await connection.run { session in
            guard scope.isOpen.withLock({ $0 }) else {
                throw PQError(.misuse, "The transaction has ended already.")
            }
            return try body(&session)
        }
    }

    /// Runs one statement and returns its rows; see ``PQSession/query(_:timeout:)``.
    ///
    /// - Parameters:
    ///   - statement: The statement and its values.
    ///   - timeout: How long it may take; nil stands for ``PQOptions/queryTimeout``.
    /// - Returns: Zero or more rows.
    /// - Throws: ``PQError``, or `CancellationError`.
    @discardableResult
    public func query(_ statement: SQLStatement, timeout: Duration? = nil) async throws -> PQResult {
        try await run { try $0.query(statement, timeout: timeout) }
    }

    /// Runs one statement and returns how many rows it touched.
    ///
    /// - Parameters:
    ///   - statement: The statement and its values.
    ///   - timeout: How long it may take; nil stands for ``PQOptions/queryTimeout``.
    /// - Returns: The rows inserted, updated, deleted or returned.
    /// - Throws: ``PQError``, or `CancellationError`.
    @discardableResult
    public func execute(_ statement: SQLStatement, timeout: Duration? = nil) async throws -> Int {
        try await run { try $0.execute(statement, timeout: timeout) }
    }

    /// Runs several statements in one round trip; a failure ends the transaction.
    ///
    /// - Parameter statements: The statements in order.
    /// - Returns: One outcome per statement, in order.
    /// - Throws: ``PQError``, or `CancellationError`.
    public func pipeline(_ statements: [SQLStatement]) async throws -> [Result<PQResult, PQError>] {
        try await run { try $0.pipeline(statements) }
    }

    /// Sends rows by `COPY … FROM STDIN`; see ``PQSession/copyIn(_:chunks:timeout:)``.
    ///
    /// - Parameters:
    ///   - statement: `copy t (a, b) from stdin`, with the format wanted.
    ///   - chunks: The data; chunks need not be whole rows.
    /// - Returns: The rows that were copied.
    /// - Throws: ``PQError``, or `CancellationError`.
    @discardableResult
    public func copyIn(_ statement: String, chunks: some Sequence<[UInt8]> & Sendable) async throws -> Int {
        try await run { try $0.copyIn(statement, chunks: chunks) }
    }

    /// Runs a closure between SAVEPOINT and RELEASE; if it throws, what it did is undone and nothing else.
    ///
    /// - Parameter body: What to do. May hold further savepoints; not for several tasks at once.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws, ``PQError``, or `CancellationError`.
    @discardableResult
    public func savepoint<R>(_ body: (PQTransaction) async throws -> R) async throws -> R {
        let undo = self.undo?()
        let name = try await run { session in
            let name = session.nextSavepoint()
            try session.script("savepoint \(name)")
            return name
        }
        do {
            let result = try await body(self)
            try await run { try $0.script("release savepoint \(name)") }
            return result
        } catch {
            // Whatever fails here fails the transaction as well: its COMMIT will say so.
            await connection.runUncancelled { try? $0.rollback(to: name) }
            undo?()
            throw error
        }
    }

    fileprivate func commit() async throws {
        let scope = scope
        try await connection.run { session in
            scope.isOpen.withLock { $0 = false }
            try session.commit()
        }
    }

    fileprivate func rollback() async {
        let scope = scope
        await connection.runUncancelled { session in
            scope.isOpen.withLock { $0 = false }
            session.rollbackIfOpen()
        }
    }
}

extension PQConnection {
    /// Runs a closure between BEGIN and COMMIT; rolls back if it throws or the task is cancelled.
    ///
    /// Where two transactions are in each other's way, PostgreSQL ends one of them with a serialization failure (40001) or a
    /// deadlock (40P01), and expects that it is run again from its beginning. With `attempts` above 1 that is done here: let such
    /// an error pass, and do nothing in the closure that must not be done twice.
    ///
    /// - Parameters:
    ///   - isolation: How much it sees of others; nil stands for the server's default.
    ///   - readOnly: Refuses writes; nil stands for the server's default.
    ///   - attempts: How often it runs at most, 1 or more, as long as it ends with 40001 or 40P01; after the last time, and by
    ///     default after the first one, that error is thrown.
    ///   - body: What to do.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws; ``PQError``, among them ``PQError/Code/unknownCommit``; or
    ///   `CancellationError`, and then nothing was committed.
    @discardableResult
    public nonisolated func withTransaction<R>(
        isolation: PQIsolation? = nil,
        readOnly: Bool? = nil,
        attempts: Int = 1,
        _ body: (PQTransaction) async throws -> R
    ) async throws -> R {
        try await begin(isolation: isolation, readOnly: readOnly)
        return try await runBegunTransaction(
            isolation: isolation,
            readOnly: readOnly,
            attempts: attempts,
            body
        )
    }

    /// Goes on where ``begin(isolation:readOnly:)`` has begun the first attempt.
    nonisolated func runBegunTransaction<R>(
        isolation: PQIsolation?,
        readOnly: Bool?,
        attempts: Int,
        _ body: (PQTransaction) async throws -> R
    ) async throws -> R {
        precondition(attempts >= 1, "A transaction's attempts must be 1 or more, not \(attempts).")
        var attempt = 1
        while true {
            do {
                if attempt > 1 { try await begin(isolation: isolation, readOnly: readOnly) }
                return try await finishTransaction(body)
            } catch let error as PQError where error.isConflict && attempt < attempts {
                // The others are done sooner than all of them would be if they began together.
                try await Task.sleep(for: .milliseconds(1 << min(attempt, 8)) * Double.random(in: 0.5...1.5))
                attempt += 1
            }
        }
    }

    nonisolated func begin(isolation: PQIsolation?, readOnly: Bool?) async throws {
        try await run { session in
            guard session.transactionStatus == .idle else {
                throw PQError(.misuse, "A transaction is open on this connection; use a savepoint.")
            }
            try session.begin(isolation: isolation, readOnly: readOnly)
        }
    }

    private nonisolated func finishTransaction<R>(
        _ body: (PQTransaction) async throws -> R
    ) async throws -> R {
        let transaction = PQTransaction(self)
        do {
            let result = try await body(transaction)
            try await transaction.commit()
            return result
        } catch {
            await transaction.rollback()
            throw error
        }
    }
}
