import LibPQ

/// What a person does to several operations: up to 10,000 in one call, which is one transaction and one entry of the audit.
///
/// Those whose state does not allow it, or that are gone, are left out; the numbers of the others come back. Nothing is changed
/// when a call throws.
extension BackOpsClient {
    /// Retries those of some operations that have failed, were cancelled, or wait for their next attempt.
    ///
    /// - Parameters:
    ///   - ids: Their numbers.
    ///   - reason: Why, for those who look at it later.
    /// - Returns: The numbers of those that were retried.
    /// - Throws: ``BackOpsError``.
    @discardableResult
    public func retry(_ ids: [Int64], reason: String? = nil) async throws -> [Int64] {
        try await numbers(engine.retry(ids, reason: reason))
    }

    /// Ends those of some operations that are active.
    ///
    /// - Parameters:
    ///   - ids: Their numbers.
    ///   - reason: Why, for those who look at it later.
    /// - Returns: The numbers of those that were cancelled.
    /// - Throws: ``BackOpsError``.
    @discardableResult
    public func cancel(_ ids: [Int64], reason: String? = nil) async throws -> [Int64] {
        try await numbers(engine.cancel(ids, reason: reason))
    }

    /// Makes another action the next one of those of some operations that have it and have not completed.
    ///
    /// - Parameters:
    ///   - ids: Their numbers.
    ///   - branch: The branch.
    ///   - action: The action's name; nil is the first of the branch.
    ///   - reason: Why, for those who look at it later.
    /// - Returns: The numbers of those that were moved.
    /// - Throws: ``BackOpsError``.
    @discardableResult
    public func jump(
        _ ids: [Int64],
        to branch: BranchName,
        at action: String? = nil,
        reason: String? = nil
    ) async throws -> [Int64] {
        try await numbers(engine.jump(ids, branch: branch.description, action: action, reason: reason))
    }

    /// Runs those of some operations that have an action from it on, completed ones too.
    ///
    /// - Parameters:
    ///   - ids: Their numbers.
    ///   - branch: The branch.
    ///   - action: The action's name; nil is the first of the branch.
    ///   - reason: Why, for those who look at it later.
    /// - Returns: The numbers of those that run again.
    /// - Throws: ``BackOpsError``.
    @discardableResult
    public func run(
        _ ids: [Int64],
        from branch: BranchName,
        at action: String? = nil,
        reason: String? = nil
    ) async throws -> [Int64] {
        try await numbers(engine.runFrom(ids, branch: branch.description, action: action, reason: reason))
    }

    /// Leaves the next, or failed, action of some operations out.
    ///
    /// - Parameters:
    ///   - ids: Their numbers.
    ///   - reason: Why, for those who look at it later.
    /// - Returns: The numbers of those that go on after it.
    /// - Throws: ``BackOpsError``.
    @discardableResult
    public func skip(_ ids: [Int64], reason: String? = nil) async throws -> [Int64] {
        try await numbers(engine.skip(ids, reason: reason))
    }

    /// Sets a global of some operations from outside.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - value: The value; nil removes it.
    ///   - ids: Their numbers.
    ///   - reason: Why, for those who look at it later.
    /// - Returns: The numbers of those that were changed.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidGlobals``.
    @discardableResult
    public func setGlobal<Value: Codable & Sendable>(
        _ key: GlobalKey<Value>,
        to value: Value?,
        of ids: [Int64],
        reason: String? = nil
    ) async throws -> [Int64] {
        let json = try value.map { try PQJSON(key.json($0).description) }
        return try await numbers(engine.setGlobal(ids, key: key.name, value: json, reason: reason))
    }

    /// Changes when the next actions of those of some operations that are active start.
    ///
    /// - Parameters:
    ///   - ids: Their numbers.
    ///   - time: The other time.
    ///   - reason: Why, for those who look at it later.
    /// - Returns: The numbers of those that were changed.
    /// - Throws: ``BackOpsError``.
    @discardableResult
    public func reschedule(_ ids: [Int64], to time: When, reason: String? = nil) async throws -> [Int64] {
        try await numbers(engine.reschedule(ids, at: time, reason: reason))
    }

    /// Enqueues some operations once more.
    ///
    /// - Parameters:
    ///   - ids: Their numbers, whatever their state.
    ///   - reason: Why, for those who look at it later.
    /// - Returns: The numbers of the new ones.
    /// - Throws: ``BackOpsError``.
    @discardableResult
    public func rerun(_ ids: [Int64], reason: String? = nil) async throws -> [Int64] {
        try await numbers(engine.rerun(ids, reason: reason))
    }

    func numbers(_ statement: SQLStatement) async throws -> [Int64] {
        try await call(statement).read { try $0.decode(0, as: Int64.self) }
    }
}
