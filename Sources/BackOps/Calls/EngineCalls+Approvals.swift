package import LibPQ

/// What people decide: the functions and views of `Migrations/Engine/approvals`.
extension EngineCalls {
    /// One row of ``ApprovalRecord``.
    package func decide(
        _ id: Int64,
        _ approval: String,
        _ verdict: Decision.Verdict,
        reason: String?,
        decidedBy: String?,
        approval number: Int64?
    ) -> SQLStatement {
        decided(
            "decide(\(id), \(approval), \(verdict.rawValue), \(reason.storable), \(decidedBy), \(number))"
        )
    }

    /// One row of ``ApprovalRecord``.
    package func decide(
        operation: String,
        key: String,
        _ approval: String,
        _ verdict: Decision.Verdict,
        reason: String?,
        decidedBy: String?,
        approval number: Int64?
    ) -> SQLStatement {
        decided(
            """
            decide(\(operation), \(key), \(approval), \(verdict.rawValue), \(reason.storable), \(decidedBy), \(number))
            """
        )
    }

    /// One row of ``ApprovalRecord``.
    package func extend(
        _ id: Int64,
        _ approval: String,
        until time: When,
        reason: String?,
        extendedBy: String?,
        approval number: Int64?
    ) -> SQLStatement {
        decided(
            "extend(\(id), \(approval), \(moment(time)), \(reason.storable), \(extendedBy), \(number))"
        )
    }

    /// One row of ``ApprovalRecord``.
    package func extend(
        operation: String,
        key: String,
        _ approval: String,
        until time: When,
        reason: String?,
        extendedBy: String?,
        approval number: Int64?
    ) -> SQLStatement {
        decided(
            """
            extend(\(operation), \(key), \(approval), \(moment(time)), \(reason.storable), \(extendedBy), \(number))
            """
        )
    }

    /// The functions return rows of the table, which calls what is pending null.
    private func decided(_ call: SQLStatement) -> SQLStatement {
        """
        select \(unescaped: ApprovalRecord.Column.sql)
          from (select *, coalesce(decision, 'pending') as status from \(unescaped: name).\(call)) as p
        """
    }

    /// Zero to `limit` rows of ``ApprovalRecord``, the newest ones, in the order in which they were asked.
    package func approvals(of id: Int64, limit: Int) -> SQLStatement {
        """
        select \(unescaped: ApprovalRecord.Column.sql)
          from (
            select * from \(unescaped: name).approval_status where operation_id = \(id) order by id desc limit \(Int64(limit))
          ) as p
         order by id
        """
    }

    /// Zero to `limit` rows of ``PendingApproval``, the oldest ones first, those after an approval's number.
    package func pendingApprovals(
        for member: String?,
        role: String?,
        after id: Int64?,
        limit: Int
    ) -> SQLStatement {
        var query: SQLStatement = """
            select \(unescaped: PendingApproval.Column.sql)
              from (
                select id, operation_id, operation, key, name, role, question, asked_at, deadline, reminded_at,
                       \(unescaped: name).may_decide(role, coalesce(\(member)::text, session_user::text)) as may_decide
                  from \(unescaped: name).pending_approvals
              ) as p
             where true
            """
        if member != nil { query += " and may_decide" }
        if let role { query += " and role = \(role)" }
        if let id { query += " and id > \(id)" }
        query += " order by id limit \(Int64(limit))"
        return query
    }
}
