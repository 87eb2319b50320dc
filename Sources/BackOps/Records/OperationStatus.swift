/// What an operation does right now, or how it ended: the column `status` of the view `operation_status`.
///
/// The first six are what ``OperationState/active`` is made of.
public struct OperationStatus: OpenWord {
    /// The word as the database has it.
    public let rawValue: String

    /// Makes a word, known or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// It is due, and needs a free slot of a worker.
    public static let ready = Self(rawValue: "ready")
    /// A worker runs an action of it.
    public static let running = Self(rawValue: "running")
    /// Its next action has a time in the future.
    public static let scheduled = Self(rawValue: "scheduled")
    /// An attempt did not end well, and the next one is to come.
    public static let retrying = Self(rawValue: "retrying")
    /// It is at a step that waits for a time or a signal.
    public static let waiting = Self(rawValue: "waiting")
    /// No worker has registered its name yet.
    public static let parked = Self(rawValue: "parked")
    /// It ran to its end.
    public static let completed = Self(rawValue: "completed")
    /// An action failed for good.
    public static let failed = Self(rawValue: "failed")
    /// Somebody ended it.
    public static let cancelled = Self(rawValue: "cancelled")

    /// The words that this version knows.
    public static let allCases: [Self] = [
        .ready, .running, .scheduled, .retrying, .waiting, .parked, .completed, .failed, .cancelled,
    ]

    /// The state that it is a part of; ``OperationState/active`` for a word that this version does not know.
    public var state: OperationState { OperationState.known(rawValue) ?? .active }
}
