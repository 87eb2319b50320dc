package import LibPQ

extension EngineCalls {
    /// `Migrations/Engine/invariants/invariants.sql`; a row of ``InvariantViolation`` for each violation.
    package func invariants() -> SQLStatement {
        """
        select \(unescaped: InvariantViolation.Column.sql)
          from \(unescaped: name).invariants()
         order by operation_id, position, invariant
        """
    }
}
