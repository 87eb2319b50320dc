package import LibPQ

/// What went wrong, why something does not move, and who did what about it.
extension EngineCalls {
    /// Zero to `limit` rows of ``FailureGroup``.
    package func failures(limit: Int) -> SQLStatement {
        """
        select \(unescaped: FailureGroup.Column.sql)
          from \(unescaped: name).failures
         order by last_at desc
         limit \(Int64(limit))
        """
    }

    /// One or more rows of ``Explanation``.
    package func explain(_ id: Int64) -> SQLStatement {
        "select \(unescaped: Explanation.Column.sql) from \(unescaped: name).explain(\(id))"
    }

    /// Zero to `limit` rows of ``AuditEntry``.
    package func audit(of id: Int64?, before entry: Int64? = nil, limit: Int) -> SQLStatement {
        var statement: SQLStatement =
            "select \(unescaped: AuditEntry.Column.sql) from \(unescaped: name).audit where true"
        if let id { statement += " and operation_ids @> array[\(id)]" }
        if let entry { statement += " and id < \(entry)" }
        statement += " order by id desc limit \(Int64(limit))"
        return statement
    }
}
