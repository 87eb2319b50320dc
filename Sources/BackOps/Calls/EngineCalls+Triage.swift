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
    ///
    /// The signals of one operation are looked up by its number: there may be millions of others.
    package func audit(of id: Int64?, before entry: Int64? = nil, limit: Int) -> SQLStatement {
        let columns = AuditEntry.Column.sql
        guard let id else {
            return """
                select \(unescaped: columns) from \(unescaped: name).audit
                 where id < coalesce(\(entry), 9223372036854775807) order by id desc limit \(Int64(limit))
                """
        }
        return """
            select \(unescaped: columns)
              from (
                select * from \(unescaped: name).audit where action <> 'signal' and operation_ids @> array[\(id)]
                union all
                select * from \(unescaped: name).audit
                 where action = 'signal' and id = any (array(
                   select id from \(unescaped: name).signal_status where operation_id = \(id) order by id desc
                 ))
              ) as audit
             where id < coalesce(\(entry), 9223372036854775807)
             order by id desc
             limit \(Int64(limit))
            """
    }
}
