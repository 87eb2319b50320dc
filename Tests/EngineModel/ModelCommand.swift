/// Names what a history made by the number of the command that made it, so that the names stay when others are deleted.
package struct Token: Hashable, Sendable, CustomStringConvertible {
    package let step: Int
    /// Which of the claims that the command made.
    package let index: Int

    package init(step: Int, index: Int) {
        self.step = step
        self.index = index
    }

    /// Stands for the claims by which waits are completed, of which no answer tells.
    package static let wait = Token(step: -1, index: 0)

    package var description: String { "\(step).\(index)" }
}

/// What one enqueue asks for.
package struct ModelEnqueue: Hashable, Sendable {
    package var name: String
    package var key: String?
    /// Which of ``SamplePlan/own`` it brings.
    package var ownPlan: Int?
    package var globals: [String: GlobalValue] = [:]
    package var queue = "default"
    package var priority = 5
    package var performIn: Int?
    package var stepLimit = 10_000
    /// The schedule that asks, and for which slot.
    package var schedule: String?
    package var slot: Int?

    package init(name: String) { self.name = name }
}

/// A value in an operation's globals.
package enum GlobalValue: Hashable, Sendable {
    case number(Int)
    /// A time, in seconds since the history began.
    case time(Int)
    case text(String)
    case list([Int])
    /// A signal that ended a wait.
    case signal(ModelSignal)
    /// An approval that somebody has decided.
    case decision(ModelApproval)
    /// What a wait leaves that no signal has ended.
    case timedOut
}

/// What an enqueue does where its key is taken.
package enum KeyMode: Hashable, Sendable {
    /// Which globals an operation has that was put off.
    package enum Payload: String, Sendable {
        case last, merge, append
    }

    case once
    case unlessActive
    case replaceWaiting
    case cancelAndReplace
    case throttle(Int)
    case debounce(Int, atMost: Int?, Payload)
}

/// Changes of the globals: keys to set, and with nil keys to remove.
package typealias GlobalsChange = [String: GlobalValue?]

/// Where an action jumps to.
package struct JumpTarget: Hashable, Sendable {
    package let branch: String
    package let action: String?

    package init(branch: String, action: String?) {
        self.branch = branch
        self.action = action
    }
}

/// What ends a claim, or writes under it.
package enum ClaimCommand: Hashable, Sendable {
    case complete(change: GlobalsChange?, jump: JumpTarget?, continues: Bool)
    case fail(permanent: Bool, retryAfter: Int?, timedOut: Bool)
    case snooze(seconds: Int, atMost: Int?, within: Int?)
    case release(began: Bool)
    case checkpoint(GlobalsChange)
}

/// What a person does to an operation.
package enum SteeringCommand: Hashable, Sendable {
    case cancel(reason: String?)
    case retry
    case jump(JumpTarget)
    case runFrom(JumpTarget)
    case skip
    case setGlobal(key: String, value: GlobalValue?)
    case reschedule(seconds: Int)
    case wakeUp
}

/// One call of the engine, or a step of the clock.
///
/// Workers are named by the number of the command that made them, operations by ``EngineModel/operation(_:_:)``;
/// ``unknown`` is none.
package enum ModelCommand: Hashable, Sendable {
    /// Names an operation or a worker that never was.
    package static let unknown = -1

    case registerWorker(queues: [String], handlers: [String], lease: Int)
    case heartbeat(worker: Int)
    case stop(worker: Int)
    case unregisterWorker(worker: Int)
    case held(worker: Int)
    case rescue
    case registerPlan(name: String, version: Int)
    case unpark(name: String)
    case enqueue(ModelEnqueue)
    case enqueueKeyed(ModelEnqueue, KeyMode)
    case claim(worker: Int, limit: Int)
    case claimSuspect(worker: Int)
    case claimed(Token, ClaimCommand)
    /// Some of them with a patch that is none.
    case completeAll([Token], invalid: Set<Token>)
    case steer(operation: Int, SteeringCommand)
    case signal(SignalRequest, operation: Int)
    /// To the operation of a name and a key.
    case signalKey(SignalRequest, name: String, key: String)
    /// `shown` is the place of the question that was on the screen, among those of the operation.
    case decide(String, isApproved: Bool, operation: Int, shown: Int? = nil)
    case extend(String, seconds: Int, operation: Int)
    case advanceWaits(limit: Int)
    /// To so many, or with nil to any number.
    case setLimit(String, Int?)
    case resetLimit(String)
    case recountLimits
    case advanceLimits
    /// To so many, or with nil to any number.
    case setQueueLimit(String, Int?)
    /// By a global, or with nil no more.
    case setQueueFairness(String, by: String?, weights: [String: Int])
    /// To those numbers, or with nil to any number.
    case setRate(String, SampleRate.Pace?)
    case resetRate(String)
    case consume(String, count: Int, key: String?)
    /// For so many seconds, or with nil opens it.
    case closeRate(String, seconds: Int?, key: String?)
    case backOff(String, seconds: Int, operation: Int)
    /// Until so many seconds from now, or with nil until it is resumed.
    case pause(queue: String, seconds: Int?)
    case resume(queue: String)
    case schedule(String, ScheduleCommand)
    /// Takes so many schedules that are due.
    case sweep(limit: Int)
    case clock(seconds: Int)
}
