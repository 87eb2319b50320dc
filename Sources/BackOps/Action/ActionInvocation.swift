#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// Says which attempt of which action of which operation is run.
package struct ActionInvocation: Sendable {
    package var operationID: Int64
    package var operationName: String
    /// The operation's plan, as it was enqueued.
    package var plan: Plan
    /// The action's place in the plan.
    package var position: Int
    package var branch: BranchName
    package var actionName: String
    /// Counted from 1.
    package var attempt: Int
    package var maxAttempts: Int
    /// The run of the action, from 1; a jump back begins a new one.
    package var run: Int
    package var enqueuedAt: Date
    package var globals: Globals
    package var timeout: Duration?
    /// The claim that it runs under; nil where nothing is claimed, as inline.
    package var claimID: Int64?
    /// The slot of the schedule that enqueued the operation; nil where none did.
    package var slot: Date?

    /// Describes an attempt of an entry of the plan; what the entry says can be changed afterwards.
    package init(
        operationID: Int64,
        operationName: String,
        plan: Plan,
        entry: Plan.Entry,
        attempt: Int,
        run: Int = 1,
        enqueuedAt: Date,
        globals: Globals
    ) {
        self.operationID = operationID
        self.operationName = operationName
        self.plan = plan
        self.position = entry.position
        self.branch = entry.branch
        self.actionName = entry.name
        self.attempt = attempt
        self.maxAttempts = entry.options.retryPolicy.maxAttempts
        self.run = run
        self.enqueuedAt = enqueuedAt
        self.globals = globals
        self.timeout = entry.options.timeout
    }

    /// The same on every attempt, another for every other action, and for every run after a jump back.
    package var idempotencyKey: String {
        "backops-\(operationID)-\(position)" + (run > 1 ? "-\(run)" : "")
    }
}
