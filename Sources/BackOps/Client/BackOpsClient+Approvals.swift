import LibPQ

/// What people decide.
extension BackOpsClient {
    /// Approves or rejects what an operation asks for at an ``Approval``, once; it goes on in the same transaction.
    ///
    /// Who may decide depends on the approval's role. Of a database role the login of this client has to be a member, whoever is
    /// named here. For a role of the table `approvers` whoever is named here has to be listed there: the caller vouches for it.
    ///
    /// ```swift
    /// try await client.decide(48213, "refund", .approved, reason: "fine", decidedBy: user.email, approval: shown.id)
    /// ```
    ///
    /// - Parameters:
    ///   - id: The operation's number.
    ///   - name: What is to be approved.
    ///   - verdict: What was decided.
    ///   - reason: Why; the first 2000 characters are kept.
    ///   - decidedBy: Who decided; nil is the role that the client logs in as.
    ///   - number: The approval that was shown; what was asked since is refused then. nil is what is asked now.
    /// - Returns: The approval as it is now.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/noPermission`` for somebody who may not, which says who may;
    ///   ``BackOpsError/Code/wrongState`` when it was decided before (it says by whom), is too late, not asked yet, or asked anew since;
    ///   ``BackOpsError/Code/noSuchOperation``, or ``BackOpsError/Code/unknownJumpTarget`` when the plan has no such approval, or it no such number.
    @discardableResult
    public func decide(
        _ id: Int64,
        _ name: String,
        _ verdict: Decision.Verdict,
        reason: String? = nil,
        decidedBy: String? = nil,
        approval number: Int64? = nil
    ) async throws -> ApprovalRecord {
        try await approval(
            engine.decide(id, name, verdict, reason: reason, decidedBy: decidedBy, approval: number)
        )
    }

    /// Approves or rejects what the operation of a definition and a key asks for; where several had the key, the last one.
    ///
    /// - Parameters:
    ///   - operation: The definition.
    ///   - key: The key that it was enqueued under.
    ///   - name: What is to be approved.
    ///   - verdict: What was decided.
    ///   - reason: Why; the first 2000 characters are kept.
    ///   - decidedBy: Who decided; nil is the role that the client logs in as.
    ///   - number: The approval that was shown; what was asked since is refused then. nil is what is asked now.
    /// - Returns: The approval as it is now.
    /// - Throws: As ``decide(_:_:_:reason:decidedBy:approval:)``.
    @discardableResult
    public func decide(
        _ operation: (some OperationDefinition).Type,
        key: String,
        _ name: String,
        _ verdict: Decision.Verdict,
        reason: String? = nil,
        decidedBy: String? = nil,
        approval number: Int64? = nil
    ) async throws -> ApprovalRecord {
        try await decide(
            operation: operation.name,
            key: key,
            name,
            verdict,
            reason: reason,
            decidedBy: decidedBy,
            approval: number
        )
    }

    /// Approves or rejects what the operation of a name and a key asks for; where several had the key, the last one.
    ///
    /// - Parameters:
    ///   - operation: The operation's name.
    ///   - key: The key that it was enqueued under.
    ///   - name: What is to be approved.
    ///   - verdict: What was decided.
    ///   - reason: Why; the first 2000 characters are kept.
    ///   - decidedBy: Who decided; nil is the role that the client logs in as.
    ///   - number: The approval that was shown; what was asked since is refused then. nil is what is asked now.
    /// - Returns: The approval as it is now.
    /// - Throws: As ``decide(_:_:_:reason:decidedBy:approval:)``.
    @discardableResult
    public func decide(
        operation: String,
        key: String,
        _ name: String,
        _ verdict: Decision.Verdict,
        reason: String? = nil,
        decidedBy: String? = nil,
        approval number: Int64? = nil
    ) async throws -> ApprovalRecord {
        try await approval(
            engine.decide(
                operation: operation,
                key: key,
                name,
                verdict,
                reason: reason,
                decidedBy: decidedBy,
                approval: number
            )
        )
    }

    /// Moves the deadline of what an operation asks for; one that has none gets it.
    ///
    /// Who may decide may do so, and so may operators.
    ///
    /// - Parameters:
    ///   - id: The operation's number.
    ///   - name: What is to be approved.
    ///   - time: The new deadline, a time to come.
    ///   - reason: Why, for those who look at it later.
    ///   - extendedBy: Who does; nil is the role that the client logs in as.
    ///   - number: The approval that was shown; what was asked since is refused then. nil is what is asked now.
    /// - Returns: The approval as it is now.
    /// - Throws: As ``decide(_:_:_:reason:decidedBy:approval:)``, and ``BackOpsError`` with ``BackOpsError/Code/invalidArgument`` for a time
    ///   that has passed.
    @discardableResult
    public func extend(
        _ id: Int64,
        _ name: String,
        until time: When,
        reason: String? = nil,
        extendedBy: String? = nil,
        approval number: Int64? = nil
    ) async throws -> ApprovalRecord {
        try await approval(
            engine.extend(id, name, until: time, reason: reason, extendedBy: extendedBy, approval: number)
        )
    }

    /// Moves the deadline of what the operation of a name and a key asks for; where several had the key, of the last one.
    ///
    /// - Parameters:
    ///   - operation: The operation's name.
    ///   - key: The key that it was enqueued under.
    ///   - name: What is to be approved.
    ///   - time: The new deadline, a time to come.
    ///   - reason: Why, for those who look at it later.
    ///   - extendedBy: Who does; nil is the role that the client logs in as.
    ///   - number: The approval that was shown; what was asked since is refused then. nil is what is asked now.
    /// - Returns: The approval as it is now.
    /// - Throws: As ``extend(_:_:until:reason:extendedBy:approval:)``.
    @discardableResult
    public func extend(
        operation: String,
        key: String,
        _ name: String,
        until time: When,
        reason: String? = nil,
        extendedBy: String? = nil,
        approval number: Int64? = nil
    ) async throws -> ApprovalRecord {
        try await approval(
            engine.extend(
                operation: operation,
                key: key,
                name,
                until: time,
                reason: reason,
                extendedBy: extendedBy,
                approval: number
            )
        )
    }

    /// Reads what operations ask for now, the oldest questions first.
    ///
    /// - Parameters:
    ///   - member: Only what this member of `approvers`, or this client's login, may decide; nil is all.
    ///   - role: Only what is for this role; nil is all.
    ///   - id: Only those after the approval of this number: the last one of the page before.
    ///   - limit: The most approvals to read.
    /// - Returns: Zero to `limit` approvals.
    /// - Throws: ``BackOpsError``.
    public func pendingApprovals(
        for member: String? = nil,
        role: String? = nil,
        after id: Int64? = nil,
        limit: Int = 1000
    ) async throws -> [PendingApproval] {
        try await call(engine.pendingApprovals(for: member, role: role, after: id, limit: limit)).read(
            PendingApproval.init
        )
    }

    /// Reads what an operation has asked for, decided or not, in the order in which it did.
    ///
    /// - Parameters:
    ///   - id: The operation's number.
    ///   - limit: The most approvals to read: the newest ones.
    /// - Returns: Zero to `limit` approvals; none where there is no such operation.
    /// - Throws: ``BackOpsError``.
    public func approvals(of id: Int64, limit: Int = 1000) async throws -> [ApprovalRecord] {
        try await call(engine.approvals(of: id, limit: limit)).read(ApprovalRecord.init)
    }

    private func approval(_ statement: SQLStatement) async throws -> ApprovalRecord {
        guard let record = try await call(statement).read(ApprovalRecord.init).first else {
            preconditionFailure("A function returns a row.")
        }
        return record
    }
}
