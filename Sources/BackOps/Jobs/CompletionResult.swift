package import LibPQ

/// What became of a completed action: a row of `complete_many` in `Migrations/Engine/outcomes/complete_many.sql`.
package struct CompletionResult: Sendable {
    /// What the database did.
    package enum Outcome: String, Sendable, CaseIterable {
        /// The next action is this worker's already.
        case advanced
        /// The operation goes on later, or elsewhere.
        case queued
        /// The operation is completed.
        case completed
        /// The operation failed: its next action cannot start.
        case failed
        /// Of several completions, one that cannot be recorded: alone it is refused with the reason.
        case invalid
        /// The claim had completed its action before.
        case done
        /// The claim is not this worker's any more.
        case stale
        /// Somebody has the row locked; the call can be repeated.
        case busy
    }

    /// The action that goes on under a new claim.
    package struct Next: Sendable {
        package let claimID: Int64
        package let position: Int
        package let run: Int
        package let attempt: Int
        package let maxAttempts: Int
        package let timeout: Duration?
        package let branch: String
        package let action: String
        /// Nil where they are what the action that completed was given.
        package let globals: [UInt8]?
        package let globalsVersion: Int64?

        package init(
            claimID: Int64,
            position: Int,
            run: Int = 1,
            attempt: Int = 1,
            maxAttempts: Int = 25,
            timeout: Duration? = nil,
            branch: String = "main",
            action: String,
            globals: [UInt8]? = nil,
            globalsVersion: Int64? = nil
        ) {
            self.claimID = claimID
            self.position = position
            self.run = run
            self.attempt = attempt
            self.maxAttempts = maxAttempts
            self.timeout = timeout
            self.branch = branch
            self.action = action
            self.globals = globals
            self.globalsVersion = globalsVersion
        }
    }

    package let claim: Claim
    package let outcome: Outcome
    package let next: Next?

    package init(claim: Claim, outcome: Outcome, next: Next? = nil) {
        self.claim = claim
        self.outcome = outcome
        self.next = next
    }

    package static let columns =
        "operation_id, claim_id, outcome, next_claim_id, position, run, max_attempts, timeout_ms, branch, action, globals, globals_version, "
        + "attempt"

    package init(_ row: PQRow) throws(PQError) {
        claim = try Claim(row)
        outcome = try row.decodeOutcome()
        guard outcome == .advanced else {
            next = nil
            return
        }
        next = Next(
            claimID: try row.decode(3),
            position: Int(try row.decode(4, as: Int32.self)),
            run: Int(try row.decode(5, as: Int32.self)),
            attempt: Int(try row.decode(12, as: Int32.self)),
            maxAttempts: Int(try row.decode(6, as: Int32.self)),
            timeout: try row.decode(7, as: Int64?.self).map { .milliseconds($0) },
            branch: try row.decode(8),
            action: try row.decode(9),
            globals: try row.decode(10, as: PQJSON?.self)?.bytes,
            globalsVersion: try row.decode(11)
        )
    }
}
