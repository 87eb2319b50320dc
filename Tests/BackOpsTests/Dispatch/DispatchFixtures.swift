import BackOps
import LibPQ

/// A point that tests count from; only distances to it matter.
let start = Instant.now

extension Instant {
    /// Returns the point this many milliseconds after ``start``.
    static func ms(_ milliseconds: Int) -> Instant { start + .milliseconds(milliseconds) }
}

extension ClaimedJob {
    /// Makes a job of operation `id` under claim `id * 10`, or another one.
    static func sample(
        _ id: Int64,
        claim: Int64? = nil,
        attempt: Int = 1,
        maxAttempts: Int = 25,
        definitionID: Int64? = nil,
        plan: String? = nil
    ) -> ClaimedJob {
        ClaimedJob(
            claim: .sample(id, claim: claim),
            definitionID: definitionID,
            attempt: attempt,
            maxAttempts: maxAttempts,
            runAt: PQTimestamp(microseconds: id),
            operation: "Order",
            action: "Charge",
            plan: plan.map { Array($0.utf8) }
        )
    }
}

extension Claim {
    static func sample(_ id: Int64, claim: Int64? = nil) -> Claim {
        Claim(operationID: id, claimID: claim ?? id * 10)
    }
}

extension CompletedAttempt {
    static func sample(_ id: Int64) -> CompletedAttempt {
        CompletedAttempt(end: AttemptEnd(job: .sample(id)), result: ActionResult())
    }
}
