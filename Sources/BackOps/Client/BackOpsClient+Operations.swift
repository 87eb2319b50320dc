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
        try await call(engine.actions(of: id)).map(ActionRecord.init)
    }

    /// Reads the attempts of an operation that did not simply succeed.
    ///
    /// - Parameter id: The operation's number.
    /// - Returns: The attempts in the order in which they ended.
    /// - Throws: ``BackOpsError``.
    public func attempts(of id: Int64) async throws -> [AttemptRecord] {
        try await call(engine.attempts(of: id)).map(AttemptRecord.init)
    }

    func state(of id: Int64) async throws -> OperationState? {
        try await call(engine.state(of: id)).first.flatMap { OperationState(rawValue: try $0.decode(0)) }
    }
}

extension BackOpsClient {
    /// Lets a failed or cancelled operation go on at the action where it stopped, with a fresh budget of attempts.
    ///
    /// For an operation that waits for its next attempt, that attempt is due now.
    ///
    /// - Parameter id: The operation's number.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation``, or ``BackOpsError/Code/wrongState`` when there
    ///   is nothing to retry or it runs right now.
    public func retry(_ id: Int64) async throws {
        try await call(engine.retry(id))
    }

    /// Retries those of some operations that have failed or were cancelled, in one transaction.
    ///
    /// - Parameter ids: Their numbers, at best 1,000 at a time; those that are in no such state any more are left out.
    /// - Returns: The numbers of those that were retried.
    /// - Throws: ``BackOpsError``; nothing is changed then.
    @discardableResult
    public func retry(_ ids: [Int64]) async throws -> [Int64] {
        try await call(engine.retry(ids)).map { try $0.decode(0) }
    }

    /// Ends those of some operations that are active, in one transaction.
    ///
    /// - Parameters:
    ///   - ids: Their numbers, at best 1,000 at a time; those that have ended are left out.
    ///   - reason: Why, for those who look at them later.
    /// - Returns: The numbers of those that were cancelled.
    /// - Throws: ``BackOpsError``; nothing is changed then.
    @discardableResult
    public func cancel(_ ids: [Int64], reason: String? = nil) async throws -> [Int64] {
        try await call(engine.cancel(ids, reason: reason)).map { try $0.decode(0) }
    }

    /// Ends an active operation.
    ///
    /// An action that runs right now is told to stop, and its result is refused.
    ///
    /// - Parameters:
    ///   - id: The operation's number.
    ///   - reason: Why, for those who look at it later.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation`` or ``BackOpsError/Code/wrongState``.
    public func cancel(_ id: Int64, reason: String? = nil) async throws {
        try await call(engine.cancel(id, reason: reason))
    }

    /// Makes another action the next one of an operation that has not completed.
    ///
    /// What it passes over in that branch is skipped, and what had ended from there on runs again.
    ///
    /// - Parameters:
    ///   - id: The operation's number.
    ///   - branch: The branch.
    ///   - action: The action's name; nil is the first of the branch.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation``, ``BackOpsError/Code/wrongState`` or
    ///   ``BackOpsError/Code/unknownJumpTarget``.
    public func jump(_ id: Int64, to branch: BranchName, at action: String? = nil) async throws {
        try await call(engine.jump(id, branch: branch.description, action: action))
    }

    /// Runs an operation from an action on, whatever its state: a completed one too.
    ///
    /// - Parameters:
    ///   - id: The operation's number.
    ///   - branch: The branch.
    ///   - action: The action's name; nil is the first of the branch.
    /// - Throws: As ``jump(_:to:at:)``.
    public func run(_ id: Int64, from branch: BranchName, at action: String? = nil) async throws {
        try await call(engine.runFrom(id, branch: branch.description, action: action))
    }

    /// Leaves the next, or failed, action out and goes on behind it.
    ///
    /// - Parameter id: The operation's number.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation`` or ``BackOpsError/Code/wrongState``.
    public func skip(_ id: Int64) async throws {
        try await call(engine.skip(id))
    }

    /// Sets a global from outside; an action that runs right now sees it from its next attempt on.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - value: The value; nil removes it.
    ///   - id: The operation's number.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation`` or ``BackOpsError/Code/invalidGlobals``.
    public func setGlobal<Value: Codable & Sendable>(
        _ key: GlobalKey<Value>,
        to value: Value?,
        of id: Int64
    ) async throws {
        let json = try value.map { try PQJSON(key.json($0).description) }
        try await call(engine.setGlobal(id, key: key.name, value: json))
    }
}
