public import Logging
import Synchronization

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// The globals of an action's operation, and which attempt of which action this is.
///
/// What an action sets, and where it jumps, takes effect when its body returns, together with its
/// completion; a failed attempt changes nothing. A context may be passed to other tasks, but ends with its
/// action: what is set later is ignored with a warning, and a later jump throws.
///
/// ## Topics
///
/// ### Globals
/// - ``subscript(_:)-(GlobalKey<Value>)``
/// - ``require(_:)``
/// - ``globals(as:)``
/// - ``checkpoint()``
///
/// ### What comes next
/// - ``jump(to:)``
/// - ``jump(to:at:)-(_,Step.Type)``
/// - ``snooze(_:atMost:within:)``
/// - ``transaction(_:)``
///
/// ### Rates
/// - ``consume(_:_:key:)``
/// - ``tryConsume(_:_:key:)``
public final class ActionContext: Sendable {
    /// The operation's id.
    public var operationID: Int64 { invocation.operationID }

    /// The operation's name.
    public var operationName: String { invocation.operationName }

    /// The action's name.
    public var actionName: String { invocation.actionName }

    /// The branch in which the action stands.
    public var branch: BranchName { invocation.branch }

    /// The number of this attempt, counted from 1; crashes count, and so do the attempts before an operator's retry.
    public var attempt: Int { invocation.attempt }

    /// How many attempts there are at most.
    public var maxAttempts: Int { invocation.maxAttempts }

    /// When the operation was enqueued, by the database's clock.
    public var enqueuedAt: Date { invocation.enqueuedAt }

    /// The slot of the schedule that enqueued the operation, such as 02:30 of the day; nil where none did.
    ///
    /// It is the time that the work is about, the same however late the operation starts and on every attempt.
    public var slot: Date? { invocation.slot }

    /// A text that is the same on every attempt of this action, for services that accept such keys.
    ///
    /// It differs for every other action and operation, and when a jump backwards runs the action again.
    public var idempotencyKey: String { invocation.idempotencyKey }

    /// When the attempt's time limit ends; nil when it has none.
    public let deadline: ContinuousClock.Instant?

    /// A logger that names the operation, the action and the attempt; `Logger.current` is the same one.
    public let logger: Logger

    package let invocation: ActionInvocation
    package let host: any ActionHost
    let state: Mutex<State>

    /// The attempt that the current task belongs to: for code that has no context at hand, such as a log handler.
    @TaskLocal static var current: ActionContext?

    /// When the attempt began.
    let began = ContinuousClock.now

    /// Keeps what the attempt logs, where that is asked for.
    let log: AttemptLog?

    package init(
        _ invocation: ActionInvocation,
        host: any ActionHost,
        logger: Logger = .current,
        log: AttemptLog? = nil
    ) {
        self.invocation = invocation
        self.host = host
        deadline = invocation.timeout.map { ContinuousClock.now + $0 }
        state = Mutex(State(globals: invocation.globals))
        var logger = logger
        logger[metadataKey: LogKey.operation] = "\(invocation.operationName)"
        logger[metadataKey: LogKey.operationID] = .stringConvertible(invocation.operationID)
        logger[metadataKey: LogKey.action] = "\(invocation.branch)/\(invocation.actionName)"
        logger[metadataKey: LogKey.attempt] = .stringConvertible(invocation.attempt)
        if let log { logger.handler = AttemptLogHandler(logger.handler, of: log) }
        self.logger = logger
        self.log = log
    }

    /// Whether the action should stop: at shutdown, after its time limit, or when its job was lost.
    ///
    /// The same as `Task.isCancelled`, so it must be asked in the action's own task or in a child of it.
    public var isCancelled: Bool { Task.isCancelled }

    /// Reports the progress of the action, which lists and `show` display.
    ///
    /// Cheap: it does not wait for the database. Of many reports the last one counts; the worker writes it within about a second,
    /// together with those of its other actions, and the end of the attempt clears it.
    ///
    /// - Parameters:
    ///   - fraction: The part that is done, 0…1; what lies outside is cut off.
    ///   - note: What is being done: "40 of 100 rows".
    public func progress(_ fraction: Double, _ note: String? = nil) {
        // NaN compares false with everything and so becomes 0.
        host.report(progress: fraction > 0 ? min(fraction, 1) : 0, note: note.storable)
    }
}
