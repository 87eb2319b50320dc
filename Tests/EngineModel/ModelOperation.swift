import BackOps
package import BackOpsTesting

/// An operation with everything that belongs to it, as the model keeps it.
///
/// Times are seconds since the history began. Where it stands in its plan, what is next and what a jump does are the
/// rules of ``PlanProgress``, the ones that `runInline` uses.
package struct ModelOperation {
    package enum State: String {
        case active, completed, failed, cancelled
    }

    package let id: Int
    package let request: ModelEnqueue
    package let createdAt: Int
    package let performAt: Int
    package var state = State.active
    package var endedAt: Int?
    package var parkedAt: Int?
    package var stoppedPosition: Int?
    package var stopReason: String? {
        didSet {
            replacedBy = nil
            outdoneBy = nil
        }
    }
    /// The operation under its key that it was cancelled for.
    package var replacedBy: Int?
    /// The operation for which it was cancelled at a limit, "%" in the reason.
    package var outdoneBy: Int?
    /// Its key, where that was enqueued in another mode than once.
    package var activeKey: String?
    package var keyMode: KeyMode?
    package var globals: [String: GlobalValue]
    /// Nil until its name is registered.
    package var progress: PlanProgress?
    package var actions: [ModelAction] = []
    /// The limit of its plan that it counts under itself.
    package var limit: SampleLimit?
    package var job: ModelJob?
    package var attempts: [ModelAttempt] = []
    /// What it was sent, in order.
    package var signals: [ModelSignal] = []
    /// What it has asked for, in order; the last one may be pending.
    package var approvals: [ModelApproval] = []

    /// What a worker must know to run one of its actions.
    package func handler(_ action: String) -> String {
        (request.ownPlan == nil ? request.name : "") + "/" + action
    }

    /// Whether it failed because its next action cannot start.
    package var isRefused: Bool { state == .failed && attempts.last?.outcome == "refused" }

    /// Gives what has been tried, and is left by a jump, a fresh budget of attempts.
    package mutating func renewBudgets() {
        for index in actions.indices
        where actions[index].completedAt == nil && actions[index].skippedAt == nil {
            actions[index].renewBudget()
        }
    }

    /// The snoozes of the action that its job is at, in this run of it, since the operation failed there last.
    package var snoozes: [ModelAttempt] {
        guard let position = job?.position else { return [] }
        let run = run(at: position)
        let attempts = attempts.filter { $0.position == position && $0.run == run }
        let last = attempts.lastIndex(where: \.endsOperation).map { $0 + 1 } ?? 0
        return attempts[last...].filter { $0.outcome == "snoozed" }
    }

    /// The run of an action, from 1.
    package func run(at position: Int) -> Int { progress?[position].run ?? 1 }
}

/// What became of an action, beside its status and run, which ``PlanProgress`` keeps.
package struct ModelAction {
    /// How a wait ended.
    package enum WaitOutcome: String, Sendable {
        case signalled, slept, woken, approved, rejected
        case timedOut = "timed_out"
    }

    package let rule: SampleAction
    package var attemptsCount = 0
    /// Those of this run that a fresh budget has made not count any more.
    package var earlierAttempts = 0
    package var startedAt: Int?
    package var completedAt: Int?
    package var completedClaim: Token?
    package var skippedAt: Int?
    package var erroredAt: Int?
    package var errorType: String?
    package var waitOutcome: WaitOutcome?

    package init(_ rule: SampleAction) {
        self.rule = rule
    }

    /// Gives it a fresh budget of attempts, and has a wait begin anew.
    package mutating func renewBudget() {
        earlierAttempts += attemptsCount
        attemptsCount = 0
        waitOutcome = nil
    }

    package mutating func clearError() {
        erroredAt = nil
        errorType = nil
    }
}

/// The claimable row of an active operation.
package struct ModelJob {
    /// The run time of a job that nobody can claim.
    package static let never = Int.max

    package struct Holder {
        package let worker: Int
        package let claim: Token
        package let claimedAt: Int
    }

    /// At a wait its deadline.
    package var runAt: Int
    /// Since when the operation is at the wait; nil while that has not begun.
    package var waitsSince: Int?
    /// A queue's slot is held by whoever runs.
    package var holder: Holder? {
        didSet { if holder == nil { queueSlot = nil } }
    }
    package var definition: Definition?
    /// Nil while the operation is parked.
    package var position: Int?
    package var attempt = 0
    package var stepsLeft: Int
    package var crashes = 0
    package var queue: String
    package var handler: String
    /// What it holds a slot of, itself and for the action that it is at.
    package var operationSlot: String?
    package var actionSlot: String?
    /// What it holds a slot of while a worker has it, where its queue has a limit.
    package var queueSlot: String?
    /// The start that a rate has given to its next attempt, or to the one that runs.
    package var pacedAt: Int?
    /// Where it is in line, since when, and at which place.
    package var gate: String?
    package var ticket: Int?
    package var cameAt: Int?
    /// Its turn in a fair queue, until a worker has it.
    package var turn: Double?
}

/// A version of a registered plan.
package struct Definition: Hashable, Sendable {
    package let name: String
    package let version: Int

    package init(name: String, version: Int) {
        self.name = name
        self.version = version
    }
}

/// An attempt that did not simply succeed.
package struct ModelAttempt {
    package let position: Int
    package let run: Int
    package let attempt: Int
    package let outcome: String
    package var endsOperation = false
    package var worker: Int?
    package var claim: Token?
    package var startedAt: Int?
    package let endedAt: Int
    package var errorType: String?
}

/// A registered worker.
package struct ModelWorker {
    package let queues: [String]
    package let handlers: [String]
    package let lease: Int
    package var heartbeatAt: Int
    package var stopping = false

    package init(queues: [String], handlers: [String], lease: Int, heartbeatAt: Int) {
        self.queues = queues
        self.handlers = handlers
        self.lease = lease
        self.heartbeatAt = heartbeatAt
    }
}
