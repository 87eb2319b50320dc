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

    package enum Column: String, SelectList {
        case operationID = "operation_id"
        case claimID = "claim_id"
        case outcome
        case nextClaimID = "next_claim_id"
        case position, run
        case maxAttempts = "max_attempts"
        case timeout = "timeout_ms"
        case branch, action, globals
        case globalsVersion = "globals_version"
        case attempt
    }

    package init(_ row: PQRow) throws(PQError) {
        claim = try Claim(row)
        outcome = try row.decodeOutcome()
        guard outcome == .advanced else {
            next = nil
            return
        }
        next = Next(
            claimID: try row.decode(Column.nextClaimID),
            position: try row.int(Column.position),
            run: try row.int(Column.run),
            attempt: try row.int(Column.attempt),
            maxAttempts: try row.int(Column.maxAttempts),
            timeout: try row.decode(Column.timeout, as: Int64?.self).map { .milliseconds($0) },
            branch: try row.decode(Column.branch),
            action: try row.decode(Column.action),
            globals: try row.decode(Column.globals, as: PQJSON?.self)?.bytes,
            globalsVersion: try row.decode(Column.globalsVersion)
        )
    }
}
