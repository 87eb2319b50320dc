import LibPQ

extension BackOpsClient {
    /// All operations, to be narrowed.
    public var operations: OperationQuery { OperationQuery(self) }

    /// Reads one operation.
    ///
    /// - Parameter id: Its number.
    /// - Returns: The operation, or nil.
    /// - Throws: ``BackOpsError``.
    public func operation(_ id: Int64) async throws -> OperationRecord? {
        var query = operations
        query.filter.ids = [id]
        return try await query.first()
    }

    /// Refers to an operation by its number, whether it exists or not.
    ///
    /// - Parameter id: Its number.
    /// - Returns: A handle.
    public func handle(_ id: Int64) -> OperationHandle {
        OperationHandle(id: id, client: self)
    }

    /// Reads the actions of an operation.
    ///
    /// - Parameter id: The operation's number.
    /// - Returns: The actions in the order of their positions; none while the operation is parked.
    /// - Throws: ``BackOpsError``.
    public func actions(of id: Int64) async throws -> [ActionRecord] {
        try await call(engine.actions(of: id)).read(ActionRecord.init)
    }

    /// Reads the attempts of an operation that did not simply succeed.
    ///
    /// - Parameter id: The operation's number.
    /// - Returns: The attempts in the order in which they ended.
    /// - Throws: ``BackOpsError``.
    public func attempts(of id: Int64) async throws -> [AttemptRecord] {
        try await call(engine.attempts(of: id)).read(AttemptRecord.init)
    }

    /// Reads what the attempts of an operation logged, where workers store it (``WorkerConfiguration/attemptLogs``).
    ///
    /// - Parameters:
    ///   - id: The operation's number.
    ///   - limit: How many lines at most; the newest ones.
    /// - Returns: The lines in the order in which they were logged.
    /// - Throws: ``BackOpsError``.
    public func logs(of id: Int64, limit: Int = 1000) async throws -> [LoggedLine] {
        try await call(engine.logs(of: id, limit: limit)).read(LoggedLine.init)
    }

    /// Reads what the attempts of an operation logged, page by page from the first line on.
    ///
    /// Lines come with the outcome of their attempt: what runs right now has none yet.
    ///
    /// - Parameters:
    ///   - id: The operation's number.
    ///   - place: Where the last line stood that was read; nil begins with the first.
    ///   - limit: How many lines at most.
    /// - Returns: The lines in the order in which they were logged.
    /// - Throws: ``BackOpsError``.
    public func logs(
        of id: Int64,
        after place: LoggedLine.Place?,
        limit: Int = 1000
    ) async throws -> [LoggedLine] {
        try await call(engine.logs(of: id, after: place, limit: limit)).read(LoggedLine.init)
    }

    /// Reads every attempt of an operation, whatever its outcome, and the one that runs now.
    ///
    /// - Parameter id: The operation's number.
    /// - Returns: The attempts in the order in which they began.
    /// - Throws: ``BackOpsError``.
    public func timeline(of id: Int64) async throws -> [TimelineEntry] {
        try await call(engine.timeline(of: id)).read(TimelineEntry.init)
    }

    func state(of id: Int64) async throws -> OperationState? {
        try await call(engine.state(of: id)).read { try $0.decode(0, as: String.self) }.first
            .map(OperationState.init(rawValue:))
    }
}
