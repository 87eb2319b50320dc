package import LibPQ

/// What became of a claim whose action did not complete: a row of `fail_many`, `snooze_many` or `release_many`.
package struct HandBackResult: Sendable {
    /// What the database did.
    package enum Outcome: String, Sendable, CaseIterable {
        case retrying, failed, snoozed, released
        /// Of several outcomes, one that cannot be recorded: alone it is refused with the reason.
        case invalid
        /// The claim had completed its action before.
        case done
        /// The claim is not this worker's any more.
        case stale
        /// Somebody has the row locked; the call can be repeated.
        case busy
    }

    package let claim: Claim
    package let outcome: Outcome

    package init(claim: Claim, outcome: Outcome) {
        self.claim = claim
        self.outcome = outcome
    }

    package init(_ row: PQRow) throws(PQError) {
        claim = try Claim(row)
        outcome = try row.decodeOutcome()
    }
}

extension PQRow {
    /// Reads the third column of a row, with which every answer about an outcome goes on after its claim.
    func decodeOutcome<Outcome: RawRepresentable<String>>() throws(PQError) -> Outcome {
        let word = try decode(2, as: String.self)
        guard let outcome = Outcome(rawValue: word) else {
            throw PQError(
                .decoding,
                "The database answered \"\(word)\", which this version of BackOps does not know."
            )
        }
        return outcome
    }
}

/// A completed attempt as `complete_many` takes it.
package struct CompletedAttempt: Sendable {
    package let end: AttemptEnd
    package let result: ActionResult
    package var job: ClaimedJob { end.job }

    package init(end: AttemptEnd, result: ActionResult) {
        self.end = end
        self.result = result
    }
}

/// A failed attempt as `fail_many` takes it.
package struct FailedAttempt: Sendable {
    package let claim: Claim
    /// Nil where it could not be read.
    package let job: ClaimedJob?
    package let timedOut: Bool
    package var failure: FailureRecord
    private let endedAt: Instant

    /// How long ago its body ended, where the names of its stack have taken their time; nil where that is not worth a word.
    var endedAgo: Duration? {
        let age = endedAt.duration(to: .now)
        return age < .milliseconds(10) ? nil : age
    }

    package init(claim: Claim, job: ClaimedJob? = nil, failure: FailureRecord, endedAt: Instant) {
        self.endedAt = endedAt
        self.claim = claim
        self.job = job
        timedOut = (failure.error as? BackOpsError)?.code == .timedOut
        self.failure = failure
    }

    package init(_ job: ClaimedJob, _ failure: FailureRecord, endedAt: Instant) {
        self.init(claim: job.claim, job: job, failure: failure, endedAt: endedAt)
    }
}

/// A snoozed attempt as `snooze_many` takes it.
package struct SnoozedAttempt: Sendable {
    package let claim: Claim
    package let when: Snooze.When

    package init(claim: Claim, when: Snooze.When) {
        self.claim = claim
        self.when = when
    }
}

extension Engine {
    /// Lets the server end the open transaction when its client says nothing for a while; works through poolers too.
    package func limitIdleness(to limit: Duration) -> SQLStatement {
        "select set_config('idle_in_transaction_session_timeout', \("\(Int(limit / .milliseconds(1)))ms"), true)"
    }

    /// A row of ``CompletionResult`` for every claim.
    func complete(
        worker: Int64,
        _ completions: [CompletedAttempt],
        continuing: Bool
    ) -> SQLStatement {
        """
        select \(unescaped: CompletionResult.columns)
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
            \(attempts.map(\.when.time)), \(attempts.map(\.when.delay)))
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

extension FailureRecord {
    fileprivate var retryDelay: Duration? {
        if case .retryAfter(let delay) = decision { delay } else { nil }
    }
}

extension Snooze.When {
    fileprivate var time: PQTimestamp? {
        if case .until(let date) = self { PQTimestamp(date) } else { nil }
    }

    fileprivate var delay: Duration? {
        if case .after(let delay) = self { delay } else { nil }
    }
}
