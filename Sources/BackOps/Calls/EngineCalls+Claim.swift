package import LibPQ

extension EngineCalls {
    /// Zero to `limit` rows of ``ClaimedJob``, lane by lane in the order given.
    package func claim(worker: Int64, limit: Int, lanes: [Lane]) -> SQLStatement {
        """
        select \(unescaped: ClaimedJob.Column.sql)
          from \(unescaped: name).claim(
            \(worker), \(Int32(limit)), \(lanes.map(\.queue)), \(lanes.map(\.priority)),
            \(lanes.map { $0.after?.runAt ?? .negativeInfinity }), \(lanes.map { $0.after?.operationID ?? 0 }))
        """
    }

    /// At most one row of ``ClaimedJob``: a job whose worker died.
    package func claimSuspect(worker: Int64) -> SQLStatement {
        "select \(unescaped: ClaimedJob.Column.sql) from \(unescaped: name).claim_suspect(\(worker))"
    }

    /// A row of ``ClaimedJob`` for every job that the worker holds.
    package func held(worker: Int64) -> SQLStatement {
        "select \(unescaped: ClaimedJob.Column.sql) from \(unescaped: name).held(\(worker))"
    }

    /// The claims of ``claim(worker:limit:lanes:)`` without what belongs to them, where a row of it cannot be sent.
    func claimUnseen(worker: Int64, limit: Int, lanes: [Lane]) -> SQLStatement {
        """
        select operation_id, claim_id
          from \(unescaped: name).claim(
            \(worker), \(Int32(limit)), \(lanes.map(\.queue)), \(lanes.map(\.priority)),
            \(lanes.map { $0.after?.runAt ?? .negativeInfinity }), \(lanes.map { $0.after?.operationID ?? 0 }))
        """
    }

    /// The claim of ``claimSuspect(worker:)`` without what belongs to it.
    func claimSuspectUnseen(worker: Int64) -> SQLStatement {
        "select operation_id, claim_id from \(unescaped: name).claim_suspect(\(worker))"
    }

    /// The claims of ``held(worker:)`` without what belongs to them.
    func heldClaims(worker: Int64) -> SQLStatement {
        "select operation_id, claim_id from \(unescaped: name).held(\(worker))"
    }

    /// At most one row of ``ClaimedJob``: what belongs to a claim that the worker holds.
    ///
    /// Of all that it holds, because that is what a worker's role may ask for.
    func describe(worker: Int64, _ claim: Claim) -> SQLStatement {
        "select \(unescaped: ClaimedJob.Column.sql) from \(unescaped: name).held(\(worker)) where claim_id = \(claim.claimID)"
    }

    /// One row: whether the worker holds the claim of an operation that is whole.
    func holds(worker: Int64, _ claim: Claim) -> SQLStatement {
        "select exists (select from \(unescaped: name).held(\(worker)) where claim_id = \(claim.claimID))"
    }

    /// A row with the id of every one of these claims that the worker does not hold any more.
    package func lostClaims(worker: Int64, of claims: [Claim]) -> SQLStatement {
        """
        select claim_id
          from \(unescaped: name).lost_claims(\(worker), \(claims.map(\.operationID)), \(claims.map(\.claimID))) as claim_id
        """
    }

    /// One row: how long until the next scheduled job is due, or null.
    package func nextDue(worker: Int64) -> SQLStatement {
        "select (extract(epoch from \(unescaped: name).next_due(\(worker))) * 1000)::int8"
    }
}
