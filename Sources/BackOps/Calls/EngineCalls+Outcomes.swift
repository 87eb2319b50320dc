package import LibPQ

extension EngineCalls {
    /// Lets the server end the open transaction when its client says nothing for a while; works through poolers too.
    package func limitIdleness(to limit: Duration) -> SQLStatement {
        "select set_config('idle_in_transaction_session_timeout', \("\(Int(limit / .milliseconds(1)))ms"), true)"
    }

    /// A row of ``CompletionResult`` for every claim.
    func complete(
        worker: Int64,
        _ completions: [(job: ClaimedJob, result: ActionResult)],
        continuing: Bool
    ) -> SQLStatement {
        """
        select \(unescaped: CompletionResult.Column.sql)
          from \(unescaped: name).complete_many(
            \(worker), \(completions.map(\.job.claim.operationID)), \(completions.map(\.job.claim.claimID)),
            \(completions.map { $0.result.patch.isEmpty ? nil : PQJSON($0.result.patch.jsonText) }),
            \(completions.map { $0.result.jump.map { Int32($0) } }), \(continuing),
            \(completions.map(\.job.globalsVersion)))
        """
    }

    /// A row of ``HandBackResult`` for every claim.
    func fail(worker: Int64, _ attempts: [FailedAttempt]) -> SQLStatement {
        """
        select operation_id, claim_id, outcome
          from \(unescaped: name).fail_many(
            \(worker), \(attempts.map(\.claim.operationID)), \(attempts.map(\.claim.claimID)),
            \(attempts.map { $0.timedOut ? "timed_out" : "failed" }),
            \(attempts.map { $0.failure.decision == .permanent }),
            \(attempts.map(\.failure.retryDelay)),
            \(attempts.map(\.failure.errorType)), \(attempts.map(\.failure.message)), \(attempts.map(\.failure.stackTrace)),
            \(attempts.map(\.endedAgo)))
        """
    }

    /// A row of ``HandBackResult`` for every claim.
    func snooze(worker: Int64, _ attempts: [SnoozedAttempt]) -> SQLStatement {
        """
        select operation_id, claim_id, outcome
          from \(unescaped: name).snooze_many(
            \(worker), \(attempts.map(\.claim.operationID)), \(attempts.map(\.claim.claimID)),
            \(attempts.map(\.snooze.when.timestamp)), \(attempts.map(\.delay)),
            \(attempts.map { $0.snooze.atMost.map { Int32(clamping: $0) } }), \(attempts.map(\.snooze.within)))
        """
    }

    /// A row of ``HandBackResult`` for every claim.
    package func release(worker: Int64, _ claims: [Claim], began: Bool) -> SQLStatement {
        """
        select operation_id, claim_id, outcome
          from \(unescaped: name).release_many(
            \(worker), \(claims.map(\.operationID)), \(claims.map(\.claimID)), \(began))
        """
    }

    /// One row: false when the claim is not the worker's any more.
    package func checkpoint(worker: Int64, _ claim: Claim, _ patch: GlobalsPatch) -> SQLStatement {
        """
        select \(unescaped: name).checkpoint(
          \(worker), \(claim.operationID), \(claim.claimID), \(PQJSON(patch.jsonText)))
        """
    }

    /// One row: busy while the claim is held, done when it completed its action, else stale.
    package func fate(worker: Int64, _ claim: Claim) -> SQLStatement {
        "select \(unescaped: name).missed_claim(\(worker), \(claim.operationID), \(claim.claimID))"
    }
}
