package import LibPQ

/// How many may run at once: the functions and views of `Migrations/Engine/limits`.
extension EngineCalls {
    /// A row of ``LimitRecord`` for every limit, or for that of one name.
    package func limits(named limit: String?) -> SQLStatement {
        """
        select \(unescaped: LimitRecord.Column.sql)
          from \(unescaped: name).limit_status
         where name = coalesce(\(limit), name)
         order by name
        """
    }

    /// Zero to `limit` rows of ``LimitLine``, by the bytes of their gates, those after a gate.
    package func limitLines(of line: String, after gate: String?, limit: Int) -> SQLStatement {
        """
        select \(unescaped: LimitLine.Column.sql)
          from \(unescaped: name).limit_lines
         where name = \(line) and gate > coalesce(\(gate), '')
         order by gate
         limit \(Int64(limit))
        """
    }

    /// One row of ``LimitSetting``.
    package func setLimit(_ limit: String, to maximum: Int?, reason: String?) -> SQLStatement {
        """
        select \(unescaped: LimitSetting.Column.sql)
          from \(unescaped: name).set_limit(\(limit), \(maximum.map { Int32(clamping: $0) }), \(reason.storable))
        """
    }

    /// One row of ``LimitSetting``.
    package func resetLimit(_ limit: String, reason: String?) -> SQLStatement {
        """
        select \(unescaped: LimitSetting.Column.sql)
          from \(unescaped: name).reset_limit(\(limit), \(reason.storable))
        """
    }

    /// One row with the number of counts that were corrected.
    package func recountLimits() -> SQLStatement {
        "select \(unescaped: name).recount_limits()"
    }
}
