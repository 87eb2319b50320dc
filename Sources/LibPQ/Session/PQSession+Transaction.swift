internal import CLibPQ

/// How much a transaction sees of others.
public enum PQIsolation: String, Sendable, Hashable, CaseIterable {
    /// Sees what was committed before each statement.
    case readCommitted = "read committed"
    /// Sees what was committed before its first statement.
    case repeatableRead = "repeatable read"
    /// Behaves as if transactions ran one after the other, or fails with 40001.
    case serializable
}

extension PQSession {
    /// Runs a closure between BEGIN and COMMIT; rolls back if it throws.
    ///
    /// Inside an open transaction the closure runs between SAVEPOINT and RELEASE instead. COMMIT and ROLLBACK are
    /// never cancelled: on a server that waits for a standby, that would turn a commit in doubt into a success.
    ///
    /// - Parameters:
    ///   - isolation: How much it sees of others; nil stands for the server's default.
    ///   - readOnly: Refuses writes; nil stands for the server's default.
    ///   - body: What to do. It must not send BEGIN, COMMIT or ROLLBACK itself.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws, or ``PQError``: among them ``PQError/Code/unknownCommit`` when the
    ///   connection ended during COMMIT, and ``PQError/Code/server`` with 25P02 when the closure swallowed an error
    ///   that had ended the transaction.
    @discardableResult
    public mutating func transaction<R: ~Copyable>(
        isolation: PQIsolation? = nil,
        readOnly: Bool? = nil,
        _ body: (inout PQSession) throws -> R
    ) throws -> R {
        guard transactionStatus == .idle else { return try savepoint(body) }
        try begin(isolation: isolation, readOnly: readOnly)
        do {
            let result = try body(&self)
            try commit()
            return result
        } catch {
            rollbackIfOpen()
            throw error
        }
    }

    /// Runs a closure between SAVEPOINT and RELEASE; goes back to the savepoint if it throws.
    private mutating func savepoint<R: ~Copyable>(_ body: (inout PQSession) throws -> R) throws -> R {
        let name = nextSavepoint()
        _ = try simple("savepoint \(name)")
        do {
            let result = try body(&self)
            _ = try simple("release savepoint \(name)")
            return result
        } catch {
            try? rollback(to: name)
            throw error
        }
    }

    mutating func nextSavepoint() -> String {
        savepoints += 1
        return "pq_savepoint_\(savepoints)"
    }

    mutating func rollback(to name: String) throws(PQError) {
        let text = "rollback to savepoint \(name); release savepoint \(name)"
        _ = try simple(text, timeout: options.commitTimeout, shielded: true)
    }

    mutating func begin(isolation: PQIsolation?, readOnly: Bool?) throws(PQError) {
        var text = "begin"
        if let isolation { text += " isolation level \(isolation.rawValue)" }
        if let readOnly { text += readOnly ? " read only" : " read write" }
        _ = try simple(text)
    }

    /// Commits, unless the run was cancelled before that: then it throws without having sent anything.
    mutating func commit() throws(PQError) {
        guard !cancelToken.isRequested else {
            throw PQError(.cancelled, "The transaction was not committed, because its task is cancelled.")
        }
        let result: PQResult
        do throws(PQError) {
            result = try simple("commit", timeout: options.commitTimeout, shielded: true)
        } catch {
            throw Self.outcomeOfCommit(error)
        }
        // The server answers COMMIT in a failed transaction with a success, of the other kind.
        guard result.commandTag == "ROLLBACK" else { return }
        let message = "The transaction was rolled back, because an earlier statement in it had failed."
        throw PQError(.server, message, sqlState: .inFailedTransaction)
    }

    private static func outcomeOfCommit(_ error: PQError) -> PQError {
        let isInDoubt =
            error.sqlState == .transactionResolutionUnknown || error.sqlState == .statementCompletionUnknown
        let hasNoAnswer = error.code == .connectionLost || error.code == .timedOut
        guard isInDoubt || hasNoAnswer else { return error }
        let message = "Whether the transaction was committed is not known: \(error.message)"
        return error.with(code: .unknownCommit, message: message)
    }

    /// Ends an open transaction; a connection on which that fails is closed, which ends it as well.
    mutating func rollbackIfOpen() {
        guard isUsable, transactionStatus != .idle else { return }
        do throws(PQError) {
            _ = try simple("rollback", timeout: options.commitTimeout, shielded: true)
        } catch {
            close()
        }
    }
}
