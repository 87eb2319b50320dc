import LibPQ

/// What a person does to one operation. Each call is written down, with its reason; ``BackOpsClient/audit(of:limit:)`` reads it.
extension BackOpsClient {
    /// Resumes a failed or cancelled operation at the action where it stopped, with a fresh budget of attempts.
    ///
    /// For an operation that waits for its next attempt, that attempt is due now.
    ///
    /// - Parameters:
    ///   - id: The operation's number.
    ///   - reason: Why, for those who look at it later.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation``, or ``BackOpsError/Code/wrongState`` when there
    ///   is nothing to retry or it runs right now.
    public func retry(_ id: Int64, reason: String? = nil) async throws {
        try await call(engine.retry(id, reason: reason))
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
    ///   - reason: Why, for those who look at it later.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation``, ``BackOpsError/Code/wrongState`` or
    ///   ``BackOpsError/Code/unknownJumpTarget``.
    public func jump(
        _ id: Int64,
        to branch: BranchName,
        at action: String? = nil,
        reason: String? = nil
    ) async throws {
        try await call(engine.jump(id, branch: branch.description, action: action, reason: reason))
    }

    /// Runs an operation from an action on, whatever its state: a completed one too.
    ///
    /// - Parameters:
    ///   - id: The operation's number.
    ///   - branch: The branch.
    ///   - action: The action's name; nil is the first of the branch.
    ///   - reason: Why, for those who look at it later.
    /// - Throws: As ``jump(_:to:at:reason:)``.
    public func run(
        _ id: Int64,
        from branch: BranchName,
        at action: String? = nil,
        reason: String? = nil
    ) async throws {
        try await call(engine.runFrom(id, branch: branch.description, action: action, reason: reason))
    }

    /// Skips the next, or failed, action and goes on after it.
    ///
    /// - Parameters:
    ///   - id: The operation's number.
    ///   - reason: Why, for those who look at it later.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation`` or ``BackOpsError/Code/wrongState``.
    public func skip(_ id: Int64, reason: String? = nil) async throws {
        try await call(engine.skip(id, reason: reason))
    }

    /// Sets a global from outside; an action that runs right now sees it from its next attempt on.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - value: The value; nil removes it.
    ///   - id: The operation's number.
    ///   - reason: Why, for those who look at it later.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation`` or ``BackOpsError/Code/invalidGlobals``.
    public func setGlobal<Value: Codable & Sendable>(
        _ key: GlobalKey<Value>,
        to value: Value?,
        of id: Int64,
        reason: String? = nil
    ) async throws {
        let json = try value.map { try PQJSON(key.json($0).description) }
        try await call(engine.setGlobal(id, key: key.name, value: json, reason: reason))
    }

    /// Changes when the next action of an active operation, or its next attempt, starts.
    ///
    /// Attempts that were used stay used.
    ///
    /// - Parameters:
    ///   - id: The operation's number.
    ///   - time: The other time.
    ///   - reason: Why, for those who look at it later.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation`` or ``BackOpsError/Code/wrongState``.
    public func reschedule(_ id: Int64, to time: When, reason: String? = nil) async throws {
        try await call(engine.reschedule(id, at: time, reason: reason))
    }

    /// Enqueues an operation once more, with its name, its globals as they are now, its queue, priority and labels.
    ///
    /// It is due at once and has no key. It gets the plan that is registered now, or the branches that the old one brought;
    /// the old one stays as it is.
    ///
    /// - Parameters:
    ///   - id: The number of the old operation, whatever its state.
    ///   - reason: Why, for those who look at it later.
    /// - Returns: A handle for the new operation.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noSuchOperation``.
    @discardableResult
    public func rerun(_ id: Int64, reason: String? = nil) async throws -> OperationHandle {
        let ids = try await call(engine.rerun(id, reason: reason)).read { try $0.decode(0, as: Int64.self) }
        guard let new = ids.first else { throw BackOpsError.noSuchOperation(id) }
        return handle(new)
    }
}
