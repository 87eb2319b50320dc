import LibPQ

extension BackOpsClient {
    /// Reads what has failed and still is, grouped by operation, action and kind of error.
    ///
    /// ```swift
    /// for group in try await client.failures() where group.errorType == "SMTPError" {
    ///     try await client.operations.failedBy(group.fingerprint).retryAll()
    /// }
    /// ```
    ///
    /// - Parameter limit: The most groups to read.
    /// - Returns: Zero to `limit` groups, that of the latest failure first.
    /// - Throws: ``BackOpsError``.
    public func failures(limit: Int = 100) async throws -> [FailureGroup] {
        try await call(engine.failures(limit: limit)).read(FailureGroup.init)
    }

    /// Explains why an operation is not running, or that it is.
    ///
    /// - Parameter id: The operation's number.
    /// - Returns: One or more reasons, the weightiest first.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation``.
    public func explain(_ id: Int64) async throws -> [Explanation] {
        try await call(engine.explain(id)).read(Explanation.init)
    }

    /// Reads what people did: every call that steered operations or queues, the newest first.
    ///
    /// - Parameters:
    ///   - id: The number of an operation that it concerned; nil asks for all.
    ///   - entry: The number of the last entry that was read, to go on with older ones; nil begins with the newest.
    ///   - limit: The most entries to read.
    /// - Returns: Zero to `limit` entries.
    /// - Throws: ``BackOpsError``.
    public func audit(
        of id: Int64? = nil,
        before entry: Int64? = nil,
        limit: Int = 100
    ) async throws -> [AuditEntry] {
        try await call(engine.audit(of: id, before: entry, limit: limit)).read(AuditEntry.init)
    }
}
