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
    /// The slot of the schedule that enqueued the operation.
    package let slot: PQTimestamp?

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
        slot = nil
    }

    /// The columns of the row type `claimed_job`; a claim has its two columns first.
    package enum Column: String, SelectList {
        case operationID = "operation_id"
        case claimID = "claim_id"
        case definitionID = "definition_id"
        case position, run, attempt
        case maxAttempts = "max_attempts"
        case priority
        case timeout = "timeout_ms"
        case runAt = "run_at"
        case enqueuedAt = "enqueued_at"
        case queue, operation, branch, action, globals, plan
        case claimedAt = "claimed_at"
        case traceparent
        case globalsVersion = "globals_version"
        case slot
    }

    init(_ row: PQRow) throws(PQError) {
        claim = try Claim(row)
        definitionID = try row.decode(Column.definitionID)
        position = try row.int(Column.position)
        run = try row.int(Column.run)
        attempt = try row.int(Column.attempt)
        maxAttempts = try row.int(Column.maxAttempts)
        priority = try row.decode(Column.priority)
        timeout = try row.decode(Column.timeout, as: Int64?.self).map { .milliseconds($0) }
        runAt = try row.decode(Column.runAt)
        enqueuedAt = try row.decode(Column.enqueuedAt)
        queue = try row.decode(Column.queue)
        operation = try row.decode(Column.operation)
        branch = try row.decode(Column.branch)
        action = try row.decode(Column.action)
        globals = try row.decode(Column.globals, as: PQJSON.self).bytes
        plan = try row.decode(Column.plan, as: PQJSON?.self)?.bytes
        claimedAt = try row.decode(Column.claimedAt)
        traceparent = try row.decode(Column.traceparent)
        globalsVersion = try row.decode(Column.globalsVersion)
        slot = try row.decode(Column.slot)
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
