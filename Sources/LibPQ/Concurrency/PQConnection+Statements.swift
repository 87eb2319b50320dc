extension PQConnection {
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

    /// Runs several statements given as one text; see ``PQSession/script(_:timeout:)``.
    ///
    /// - Parameters:
    ///   - text: Statements separated by semicolons.
    ///   - timeout: How long all of them may take; nil stands for ``PQOptions/queryTimeout``.
    /// - Throws: ``PQError``, or `CancellationError`.
    public func script(_ text: String, timeout: Duration? = nil) async throws {
        try await run { try $0.script(text, timeout: timeout) }
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
        try await run { try $0.pipeline(statements, separately: separately, timeout: timeout) }
    }

    /// Sends rows by `COPY … FROM STDIN`; see ``PQSession/copyIn(_:chunks:timeout:)``.
    ///
    /// - Parameters:
    ///   - statement: `copy t (a, b) from stdin`, with the format wanted.
    ///   - chunks: The data; chunks need not be whole rows.
    ///   - timeout: How long it may take; nil stands for ``PQOptions/queryTimeout``.
    /// - Returns: The rows that were copied.
    /// - Throws: ``PQError``, or `CancellationError`.
    @discardableResult
    public func copyIn(
        _ statement: String,
        chunks: some Sequence<[UInt8]> & Sendable,
        timeout: Duration? = nil
    ) async throws -> Int {
        try await run { try $0.copyIn(statement, chunks: chunks, timeout: timeout) }
    }
}
