extension PQPool {
    /// Runs one statement on a connection of the pool; see ``PQSession/query(_:timeout:)``.
    ///
    /// - Parameters:
    ///   - statement: The statement and its values.
    ///   - timeout: How long it may take; nil stands for ``PQOptions/queryTimeout``.
    /// - Returns: Zero or more rows.
    /// - Throws: ``PQError``, or `CancellationError`.
    @discardableResult
    public func query(_ statement: SQLStatement, timeout: Duration? = nil) async throws -> PQResult {
        do {
            return try await withConnection { try await $0.query(statement, timeout: timeout) }
        } catch let error as PQError where error.sqlState == .idleSessionTimeout {
            // The server ended the session before it read the statement.
            return try await withConnection { try await $0.query(statement, timeout: timeout) }
        }
    }

    /// Runs one statement on a connection of the pool and returns how many rows it touched.
    ///
    /// - Parameters:
    ///   - statement: The statement and its values.
    ///   - timeout: How long it may take; nil stands for ``PQOptions/queryTimeout``.
    /// - Returns: The rows inserted, updated, deleted or returned.
    /// - Throws: ``PQError``, or `CancellationError`.
    @discardableResult
    public func execute(_ statement: SQLStatement, timeout: Duration? = nil) async throws -> Int {
        try await withConnection { try await $0.execute(statement, timeout: timeout) }
    }

    /// Runs several statements given as one text; see ``PQSession/script(_:timeout:)``.
    ///
    /// - Parameters:
    ///   - text: Statements separated by semicolons.
    ///   - timeout: How long all of them may take; nil stands for ``PQOptions/queryTimeout``.
    /// - Throws: ``PQError``, or `CancellationError`.
    public func script(_ text: String, timeout: Duration? = nil) async throws {
        try await withConnection { try await $0.script(text, timeout: timeout) }
    }

    /// Runs several statements in one round trip; see ``PQSession/pipeline(_:separately:timeout:)``.
    ///
    /// - Parameters:
    ///   - statements: The statements in order.
    ///   - separately: Makes each statement its own transaction.
    ///   - timeout: How long all of them may take; nil stands for ``PQOptions/queryTimeout``.
    /// - Returns: One outcome per statement, in order.
    /// - Throws: ``PQError``, or `CancellationError`.
    public func pipeline(
        _ statements: [SQLStatement],
        separately: Bool = false,
        timeout: Duration? = nil
    ) async throws -> [Result<PQResult, PQError>] {
        try await withConnection {
            try await $0.pipeline(statements, separately: separately, timeout: timeout)
        }
    }

    /// Runs a closure on a connection's thread; see ``PQConnection/run(_:)``.
    ///
    /// - Parameter body: What to do; it must not keep the session.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws, ``PQError``, or `CancellationError`.
    @discardableResult
    public func run<R: Sendable>(_ body: @Sendable (inout PQSession) throws -> R) async throws -> R {
        try await withConnection { try await $0.run(body) }
    }

    /// Runs a closure between BEGIN and COMMIT on a connection of the pool; rolls back if it throws or the task is
    /// cancelled.
    ///
    /// See ``PQConnection/withTransaction(isolation:readOnly:attempts:_:)``. Where the server has ended the connection while the
    /// pool kept it, another one takes its place, since nothing was done on it yet.
    ///
    /// - Parameters:
    ///   - isolation: How much it sees of others; nil stands for the server's default.
    ///   - readOnly: Refuses writes; nil stands for the server's default.
    ///   - attempts: How often it runs at most, 1 or more, as long as it ends with a serialization failure or a deadlock.
    ///   - body: What to do.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws; ``PQError``, among them ``PQError/Code/unknownCommit``; or
    ///   `CancellationError`, and then nothing was committed.
    @discardableResult
    public func withTransaction<R>(
        isolation: PQIsolation? = nil,
        readOnly: Bool? = nil,
        attempts: Int = 1,
        _ body: (PQTransaction) async throws -> R
    ) async throws -> R {
        var neverBegan = 0
        while true {
            do {
                return try await withConnection { connection in
                    do {
                        try await connection.begin(isolation: isolation, readOnly: readOnly)
                    } catch let error as PQError where !connection.isUsable {
                        throw NeverBegan(error: error)
                    }
                    return try await connection.runBegunTransaction(
                        isolation: isolation,
                        readOnly: readOnly,
                        attempts: attempts,
                        body
                    )
                }
            } catch let failure as NeverBegan {
                neverBegan += 1
                guard neverBegan < 3 else { throw failure.error }
            }
        }
    }

    /// A connection that had ended before a transaction began on it.
    private struct NeverBegan: Error {
        let error: PQError
    }
}
