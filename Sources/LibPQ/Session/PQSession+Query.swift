internal import CLibPQ

extension PQSession {
    /// Runs one statement and returns its rows.
    ///
    /// The statement is prepared the first time its text is seen (one more round trip) and kept; later calls send
    /// its name and the values only. When a table's change has made the kept plan useless, it is prepared again and
    /// run once more, unless a transaction is open, which the server has ended by then.
    ///
    /// - Parameters:
    ///   - statement: The statement and its values.
    ///   - timeout: How long it may take; nil stands for ``PQOptions/queryTimeout``.
    /// - Returns: Zero or more rows.
    /// - Throws: ``PQError``, most often with ``PQError/Code/server`` or ``PQError/Code/connectionLost``.
    @discardableResult
    public mutating func query(
        _ statement: SQLStatement,
        timeout: Duration? = nil
    ) throws(PQError) -> PQResult {
        try check(statement)
        guard options.preparedStatements else { return try runUnprepared(statement, timeout: timeout) }
        let wasIdle = transactionStatus == .idle
        do throws(PQError) {
            return try runPrepared(statement, timeout: timeout)
        } catch {
            guard forget(statement, after: error), wasIdle, isUsable else { throw error }
            return try runPrepared(statement, timeout: timeout)
        }
    }

    /// Runs one statement and returns how many rows it touched.
    ///
    /// - Parameters:
    ///   - statement: The statement and its values.
    ///   - timeout: How long it may take; nil stands for ``PQOptions/queryTimeout``.
    /// - Returns: The rows inserted, updated, deleted or returned.
    /// - Throws: ``PQError``, as ``query(_:timeout:)`` does.
    @discardableResult
    public mutating func execute(_ statement: SQLStatement, timeout: Duration? = nil) throws(PQError) -> Int {
        try query(statement, timeout: timeout).affectedRows
    }

    /// Runs several statements given as one text, for instance a migration file.
    ///
    /// One round trip by the simple protocol, without values. The statements are one transaction unless the text
    /// has its own BEGIN and COMMIT; the first error ends it. Rows are thrown away.
    ///
    /// - Parameters:
    ///   - text: Statements separated by semicolons.
    ///   - timeout: How long all of them may take; nil stands for ``PQOptions/queryTimeout``.
    /// - Throws: ``PQError``, as ``query(_:timeout:)`` does.
    public mutating func script(_ text: String, timeout: Duration? = nil) throws(PQError) {
        _ = try simple(text, timeout: timeout)
    }

    /// Runs text by the simple protocol and returns the last statement's result.
    package mutating func simple(
        _ text: String,
        timeout: Duration? = nil,
        shielded: Bool = false
    ) throws(PQError) -> PQResult {
        guard !text.utf8.contains(0) else { throw Self.zeroByte }
        return try exchange(timeout: timeout, shielded: shielded, statement: text) {
            session,
            timeLimit throws(PQError) in
            guard unsafe PQsendQuery(session.connection, text) == 1 else { throw session.unsent() }
            return PQResult(storage: try session.finish(&timeLimit))
        }
    }

    mutating func runUnprepared(_ statement: SQLStatement, timeout: Duration?) throws(PQError) -> PQResult {
        try check(statement)
        guard !statement.text.utf8.contains(0) else { throw Self.zeroByte }
        return try exchange(timeout: timeout, statement: statement.text) {
            session,
            timeLimit throws(PQError) in
            try session.sendUnprepared(statement)
            return PQResult(storage: try session.finish(&timeLimit))
        }
    }

    private mutating func runPrepared(
        _ statement: SQLStatement,
        timeout: Duration?
    ) throws(PQError) -> PQResult {
        try exchange(timeout: timeout, statement: statement.text) { session, timeLimit throws(PQError) in
            let name = try session.prepare(statement, &timeLimit)
            try session.sendPrepared(name, statement)
            return PQResult(storage: try session.finish(&timeLimit))
        }
    }

    /// Returns the name of the prepared statement, preparing it if need be.
    private mutating func prepare(
        _ statement: SQLStatement,
        _ timeLimit: inout ExchangeLimit
    ) throws(PQError) -> String {
        if let name = statements.name(of: statement.shape) { return name }
        try dropRetired(&timeLimit)
        let name = statements.makeName()
        try sendPrepare(name, statement)
        _ = try finish(&timeLimit)
        statements.insert(statement.shape, name: name)
        return name
    }

    /// Drops statements pushed out of the cache.
    ///
    /// Only outside transactions, which an error here would end.
    private mutating func dropRetired(_ timeLimit: inout ExchangeLimit) throws(PQError) {
        guard !statements.retired.isEmpty, transactionStatus == .idle else { return }
        let text = statements.takeRetired().map { "deallocate \($0)" }.joined(separator: ";")
        guard unsafe PQsendQuery(connection, text) == 1 else { throw unsent() }
        do throws(PQError) {
            _ = try finish(&timeLimit)
        } catch {
            // Somebody else's DEALLOCATE or DISCARD was there before.
            guard error.code == .server, error.sqlState == .invalidStatementName else { throw error }
        }
    }

    /// Forgets a prepared statement that has become useless; true if preparing it again may help.
    mutating func forget(_ statement: SQLStatement, after error: PQError) -> Bool {
        guard error.code == .server else { return false }
        // "cached plan must not change result type": told by the server's function, since the words are translated.
        let isStale =
            error.sqlState == .featureNotSupported && error.fields.function == "RevalidateCachedQuery"
        let isGone = error.sqlState == .invalidStatementName
        guard isStale || isGone else { return false }
        statements.remove(statement.shape, retire: isStale)
        return true
    }

    func check(_ statement: SQLStatement) throws(PQError) {
        if let defect = statement.defect { throw PQError(.misuse, defect) }
    }

    static var zeroByte: PQError { PQError(.misuse, "SQL text must not contain a zero byte.") }

    /// Reads results up to the last one; throws the first error once all are read.
    mutating func finish(_ timeLimit: inout ExchangeLimit) throws(PQError) -> ResultStorage {
        var last: ResultStorage?
        var error: PQError?
        while let result = try nextResult(&timeLimit) {
            switch result.status {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: last = result
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                error =
                    error
                    ?? PQError(.misuse, "COPY … FROM STDIN needs copyIn; COPY … TO STDOUT is not supported.")
                try refuseCopy(result.status, &timeLimit)
            default: error = error ?? failure(of: result)
            }
        }
        if let error { throw error }
        guard let last else { throw lost() }
        return last
    }
}
