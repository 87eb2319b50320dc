package import LibPQ

extension Engine {
    /// `Migrations/Engine/invariants/invariants.sql`; a row of ``InvariantViolation`` for each violation.
    package func invariants() -> SQLStatement {
        """
        select invariant, operation_id, position, worker_id, detail, advice
          from \(unescaped: name).invariants()
         order by operation_id, position, invariant
        """
    }
}

extension InvariantViolation {
    package init(_ row: PQRow) throws(PQError) {
        invariant = try row.decode(0)
        operationID = try row.decode(1)
        position = try row.decode(2, as: Int32?.self).map { Int($0) }
        workerID = try row.decode(3)
        detail = try row.decode(4)
        advice = try row.decode(5)
    }
}
