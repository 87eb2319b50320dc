public import BackOps

/// The result of a run without a database.
public struct InlineRun: Sendable {
    /// How a run ended.
    public enum State: Sendable, Hashable {
        /// Every action that was to run has completed.
        case completed
        /// An action failed for good, or the definition was refused; ``InlineRun/error`` says why.
        case failed
        /// The task that ran it was cancelled.
        case cancelled
    }

    /// How the run ended.
    public internal(set) var state: State

    /// The completed actions as "branch/Action" in the order in which they ran, repetitions included.
    public internal(set) var path: [String] = []

    /// How many attempts each action, as "branch/Action", took in all its runs; snoozes do not count.
    public internal(set) var attempts: [ExactText: Int] = [:]

    /// The time that was skipped before actions: delays, backoff and snoozes in their order.
    public internal(set) var waits: [Duration] = []

    /// The globals at the end.
    public internal(set) var globals: Globals

    /// What every failed attempt threw, in order.
    public internal(set) var errors: [any Error] = []

    /// The actions, as "branch/Action", that a jump passed over for good, in the plan's order.
    public internal(set) var skipped: [String] = []

    /// How many actions completed.
    public internal(set) var steps = 0

    /// What actions reported with ``BackOps/ActionContext/progress(_:_:)``: 0…1, in order.
    public internal(set) var progress: [Double] = []

    /// What ended the run as failed; nil when it did not fail.
    public internal(set) var error: (any Error)?

    init(globals: Globals) {
        state = .completed
        self.globals = globals
    }

    init(globals: Globals, refusedBy error: BackOpsError) {
        self.init(globals: globals)
        fail(error)
    }

    mutating func fail(_ error: any Error) {
        state = .failed
        self.error = error
    }

    /// Reads a global at the end; nil when it is not set, or is of another type.
    ///
    /// - Parameter key: The global's key.
    @_disfavoredOverload
    public subscript<Value: Codable & Sendable>(key: GlobalKey<Value>) -> Value? { globals[key] }

    /// Reads a global of any type at the end; nil when it is not set.
    ///
    /// - Parameter key: The global's key.
    public subscript(key: String) -> JSONValue? { globals[key] }
}
