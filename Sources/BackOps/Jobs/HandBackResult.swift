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
