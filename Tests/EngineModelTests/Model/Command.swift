/// Names what a history made by the number of the command that made it, so that the names stay when others are deleted.
struct Token: Hashable, Sendable, CustomStringConvertible {
    let step: Int
    /// Which of the claims that the command made.
    let index: Int

    var description: String { "\(step).\(index)" }
}

/// What one enqueue asks for.
struct EnqueueRequest: Hashable, Sendable {
    var name: String
    var key: String?
    /// Which of ``SamplePlan/own`` it brings.
    var ownPlan: Int?
    var globals: [String: GlobalValue] = [:]
    var queue = "default"
    var priority = 5
    var performIn: Int?
    var stepLimit = 10_000
}

/// A value in an operation's globals.
enum GlobalValue: Hashable, Sendable {
    case number(Int)
    /// A time, in seconds since the history began.
    case time(Int)
    case text(String)
}

/// Changes of the globals: keys to set, and with nil keys to remove.
typealias GlobalsChange = [String: GlobalValue?]

/// Where an action jumps to.
struct JumpTarget: Hashable, Sendable {
    let branch: String
    let action: String?
}

/// What ends a claim, or writes under it.
enum ClaimCommand: Hashable, Sendable {
    case complete(change: GlobalsChange?, jump: JumpTarget?, continues: Bool)
    case fail(permanent: Bool, retryAfter: Int?, timedOut: Bool)
    case snooze(seconds: Int)
    case release(began: Bool)
    case checkpoint(GlobalsChange)
}

/// What a person does to an operation.
enum SteeringCommand: Hashable, Sendable {
    case cancel(reason: String?)
    case retry
    case jump(JumpTarget)
    case runFrom(JumpTarget)
    case skip
    case setGlobal(key: String, value: GlobalValue?)
    case reschedule(seconds: Int)
}

/// One call of the engine, or a step of the clock.
///
/// Operations and workers are named by the number of the command that made them; ``unknown`` is none.
enum Command: Hashable, Sendable {
    /// Names an operation or a worker that never was.
    static let unknown = -1

    case registerWorker(queues: [String], handlers: [String], lease: Int)
    case heartbeat(worker: Int)
    case stop(worker: Int)
    case unregisterWorker(worker: Int)
    case held(worker: Int)
    case rescue
    case registerPlan(name: String, version: Int)
    case unpark(name: String)
    case enqueue(EnqueueRequest)
    case claim(worker: Int, limit: Int)
    case claimSuspect(worker: Int)
    case claimed(Token, ClaimCommand)
    /// Some of them with a patch that is none.
    case completeAll([Token], invalid: Set<Token>)
    case steer(operation: Int, SteeringCommand)
    /// Until so many seconds from now, or with nil until it is resumed.
    case pause(queue: String, seconds: Int?)
    case resume(queue: String)
    case clock(seconds: Int)
}
