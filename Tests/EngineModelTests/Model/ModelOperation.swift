import BackOps
import BackOpsTesting

/// An operation with everything that belongs to it, as the model keeps it.
///
/// Times are seconds since the history began. Where it stands in its plan, what is next and what a jump does are the
/// rules of ``PlanProgress``, the ones that `runInline` uses.
struct ModelOperation {
    enum State: String {
        case active, completed, failed, cancelled
    }

    let id: Int
    let request: EnqueueRequest
    let createdAt: Int
    let performAt: Int
    var state = State.active
    var endedAt: Int?
    var parkedAt: Int?
    var stoppedPosition: Int?
    var stopReason: String?
    var globals: [String: GlobalValue]
    /// Nil until its name is registered.
    var progress: PlanProgress?
    var actions: [ModelAction] = []
    var job: ModelJob?
    var attempts: [ModelAttempt] = []

    /// What a worker must know to run one of its actions.
    func handler(_ action: String) -> String {
        (request.ownPlan == nil ? request.name : "") + "/" + action
    }

    /// Whether it failed because its next action cannot start.
    var isRefused: Bool { state == .failed && attempts.last?.outcome == "refused" }

    /// Gives what has been tried, and is left by a jump, a fresh budget of attempts.
    mutating func renewBudgets() {
        for index in actions.indices
        where actions[index].completedAt == nil && actions[index].skippedAt == nil {
            actions[index].renewBudget()
        }
    }

    /// The run of an action, from 1; ``PlanProgress`` counts from 0.
    func run(at position: Int) -> Int {
        (progress?[position].run ?? 0) + 1
    }
}

/// What became of an action, beside its status and run, which ``PlanProgress`` keeps.
struct ModelAction {
    let rule: SampleAction
    var attemptsCount = 0
    /// Those of this run that a fresh budget has made not count any more.
    var earlierAttempts = 0
    var startedAt: Int?
    var completedAt: Int?
    var completedClaim: Token?
    var skippedAt: Int?
    var erroredAt: Int?
    var errorType: String?

    init(_ rule: SampleAction) {
        self.rule = rule
    }

    /// Gives it a fresh budget of attempts.
    mutating func renewBudget() {
        earlierAttempts += attemptsCount
        attemptsCount = 0
    }

    mutating func clearError() {
        erroredAt = nil
        errorType = nil
    }
}

/// The claimable row of an active operation.
struct ModelJob {
    /// The run time of a job that nobody can claim.
    static let never = Int.max

    struct Holder {
        let worker: Int
        let claim: Token
        let claimedAt: Int
    }

    var runAt: Int
    var holder: Holder?
    var definition: Definition?
    /// Nil while the operation is parked.
    var position: Int?
    var attempt = 0
    var stepsLeft: Int
    var crashes = 0
    var queue: String
    var handler: String
}

/// A version of a registered plan.
struct Definition: Hashable, Sendable {
    let name: String
    let version: Int
}

/// An attempt that did not simply succeed.
struct ModelAttempt {
    let position: Int
    let run: Int
    let attempt: Int
    let outcome: String
    var endsOperation = false
    var worker: Int?
    var claim: Token?
    var startedAt: Int?
    let endedAt: Int
    var errorType: String?
}

/// A registered worker.
struct ModelWorker {
    let queues: [String]
    let handlers: [String]
    let lease: Int
    var heartbeatAt: Int
    var stopping = false
}
