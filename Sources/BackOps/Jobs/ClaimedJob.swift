package import LibPQ

/// What a worker gets to know of a job that it claimed: `claimed_job` in `Migrations/Engine/claim/claimed_job.sql`.
package struct ClaimedJob: Sendable {
    package var claim: Claim
    /// Version of the registered plan; nil where ``plan`` says what the operation is made of.
    package let definitionID: Int64?
    package var position: Int
    package var run: Int
    package var attempt: Int
    package var maxAttempts: Int
    package let priority: Int16
    package var timeout: Duration?
    package let runAt: PQTimestamp
    package let enqueuedAt: PQTimestamp
    package let queue: String
    package let operation: String
    package var branch: String
    package var action: String
    package var globals: [UInt8]
    /// Another number whenever the globals have changed in the database; nil where that is not known.
    package var globalsVersion: Int64?
    /// `[[branch, action], …]` in order.
    package let plan: [UInt8]?
    package let claimedAt: PQTimestamp
    /// The trace context that the operation was enqueued in.
    package let traceparent: String?

    /// Makes a job of an operation that was enqueued, became due, and was claimed at the same time.
    ///
    /// - Parameters:
    ///   - claim: The claim.
    ///   - definitionID: Version of the registered plan.
    ///   - position: The position of its action.
    ///   - attempt: The number of the attempt, from 1.
    ///   - maxAttempts: How many attempts the action has.
    ///   - queue: The queue it was found in.
    ///   - priority: Its priority.
    ///   - runAt: When it became due.
    ///   - operation: The operation's name.
    ///   - branch: The action's branch.
    ///   - action: The action's name.
    ///   - globals: The globals' JSON.
    ///   - plan: `[[branch, action], …]` in order, where no registered plan says what the operation is made of.
    package init(
        claim: Claim,
        definitionID: Int64? = nil,
        position: Int = 1,
        attempt: Int = 1,
        maxAttempts: Int = 25,
        queue: String = "default",
        priority: Int16 = 5,
        runAt: PQTimestamp,
        operation: String,
        branch: String = "main",
        action: String,
        globals: [UInt8] = Array("{}".utf8),
        plan: [UInt8]? = nil
    ) {
        self.claim = claim
        self.definitionID = definitionID
        self.position = position
        run = 1
        self.attempt = attempt
        self.maxAttempts = maxAttempts
        self.priority = priority
        self.runAt = runAt
        enqueuedAt = runAt
        self.queue = queue
        self.operation = operation
        self.branch = branch
        self.action = action
        self.globals = globals
        self.plan = plan
        claimedAt = runAt
        traceparent = nil
    }

    /// The columns in the order in which ``init(_:)`` reads them.
    package static let columns =
        "operation_id, claim_id, definition_id, position, run, attempt, max_attempts, priority, timeout_ms, run_at, "
        + "enqueued_at, queue, operation, branch, action, globals, plan, claimed_at, traceparent, globals_version"

    init(_ row: PQRow) throws(PQError) {
        claim = try Claim(row)
        definitionID = try row.decode(2)
        position = Int(try row.decode(3, as: Int32.self))
        run = Int(try row.decode(4, as: Int32.self))
        attempt = Int(try row.decode(5, as: Int32.self))
        maxAttempts = Int(try row.decode(6, as: Int32.self))
        priority = try row.decode(7)
        timeout = try row.decode(8, as: Int64?.self).map { .milliseconds($0) }
        runAt = try row.decode(9)
        enqueuedAt = try row.decode(10)
        queue = try row.decode(11)
        operation = try row.decode(12)
        branch = try row.decode(13)
        action = try row.decode(14)
        globals = try row.decode(15, as: PQJSON.self).bytes
        plan = try row.decode(16, as: PQJSON?.self)?.bytes
        claimedAt = try row.decode(17)
        traceparent = try row.decode(18)
        globalsVersion = try row.decode(19)
    }

    /// The job after its action completed and the next one was handed to the same worker.
    func advanced(to next: CompletionResult.Next) -> ClaimedJob {
        var job = self
        job.claim = Claim(operationID: claim.operationID, claimID: next.claimID)
        job.position = next.position
        job.run = next.run
        job.attempt = next.attempt
        job.maxAttempts = next.maxAttempts
        job.timeout = next.timeout
        job.branch = next.branch
        job.action = next.action
        if let globals = next.globals { job.globals = globals }
        job.globalsVersion = next.globalsVersion
        return job
    }
}
