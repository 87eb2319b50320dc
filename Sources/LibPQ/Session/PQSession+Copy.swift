internal import CLibPQ

extension PQSession {
    /// Sends rows by `COPY … FROM STDIN`, the fastest way in.
    ///
    /// One statement, so all rows come in or none. Server errors about a row are reported at the end, with the
    /// line in ``PQError/context``.
    ///
    /// - Parameters:
    ///   - statement: `copy t (a, b) from stdin`, with the format wanted.
    ///   - chunks: The data; chunks need not be whole rows.
    ///   - timeout: How long it may take; nil stands for ``PQOptions/queryTimeout``.
    /// - Returns: The rows that were copied.
    /// - Throws: ``PQError``, as ``query(_:timeout:)`` does; with ``PQError/Code/misuse`` if the statement is
    ///   something else, which has been run then.
    @discardableResult
    public mutating func copyIn(
        _ statement: String,
        chunks: some Sequence<[UInt8]>,
        timeout: Duration? = nil
    ) throws(PQError) -> Int {
        guard !statement.utf8.contains(0) else { throw Self.zeroByte }
        return try exchange(timeout: timeout, statement: statement) { session, timeLimit throws(PQError) in
            guard unsafe PQsendQuery(session.connection, statement) == 1 else { throw session.unsent() }
            guard let first = try session.nextResult(&timeLimit) else { throw session.lost() }
            guard first.status == PGRES_COPY_IN else { throw try session.notCopyIn(first, &timeLimit) }
            for chunk in chunks { try session.put(chunk, &timeLimit) }
            try session.endCopy(nil, &timeLimit)
            return try session.finish(&timeLimit).affectedRows
        }
    }

    /// Reads to the end of a statement that was no `COPY … FROM STDIN`.
    private mutating func notCopyIn(
        _ first: ResultStorage,
        _ timeLimit: inout ExchangeLimit
    ) throws(PQError) -> PQError {
        var error = PQError(.misuse, "The statement is not COPY … FROM STDIN.")
        switch first.status {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: break
        case PGRES_COPY_OUT, PGRES_COPY_BOTH: try refuseCopy(first.status, &timeLimit)
        default: error = failure(of: first)
        }
        while try nextResult(&timeLimit) != nil {}
        return error
    }

    private mutating func put(_ chunk: [UInt8], _ timeLimit: inout ExchangeLimit) throws(PQError) {
        guard !chunk.isEmpty else { return }
        while true {
            let taken = unsafe chunk.withUnsafeBytes { bytes in
                unsafe PQputCopyData(
                    connection,
                    bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                    Int32(clamping: bytes.count)
                )
            }
            if taken == 1 { return }
            guard taken == 0 else { throw lost() }
            try awaitRoom(&timeLimit)
        }
    }

    /// Ends the data, with a reason if it is to be thrown away.
    private mutating func endCopy(_ reason: String?, _ timeLimit: inout ExchangeLimit) throws(PQError) {
        while true {
            let taken = unsafe PQputCopyEnd(connection, reason)
            if taken == 1 { return }
            guard taken == 0 else { throw lost() }
            try awaitRoom(&timeLimit)
        }
    }

    /// Waits until the server has taken some of the data; reads what it says meanwhile, so that both can go on.
    private mutating func awaitRoom(_ timeLimit: inout ExchangeLimit) throws(PQError) {
        guard try awaitSocket(.both, &timeLimit) else { return }
        guard unsafe PQconsumeInput(connection) == 1, unsafe PQflush(connection) >= 0 else { throw lost() }
    }

    /// Gets out of a COPY that nobody asked for.
    mutating func refuseCopy(_ status: ExecStatusType, _ timeLimit: inout ExchangeLimit) throws(PQError) {
        switch status {
        case PGRES_COPY_IN: try endCopy("no data was meant to be sent", &timeLimit)
        case PGRES_COPY_OUT: try skipCopyOut(&timeLimit)
        default:
            close()
            throw PQError(.misuse, "Replication is not supported.")
        }
    }

    private mutating func skipCopyOut(_ timeLimit: inout ExchangeLimit) throws(PQError) {
        while true {
            var line: UnsafeMutablePointer<CChar>?
            let length = unsafe PQgetCopyData(connection, &line, 1)
            unsafe PQfreemem(line)
            if length < 0 { return }
            guard length == 0, try awaitSocket(.read, &timeLimit) else { continue }
            guard unsafe PQconsumeInput(connection) == 1 else { throw lost() }
        }
    }
}
