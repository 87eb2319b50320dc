/// Says what an operation does right now, or how it ended: the column `status` of the view `operation_status`.
///
/// The first five are what ``OperationState/active`` is made of.
public enum OperationStatus: String, Sendable, Hashable, CaseIterable, Codable {
    /// It is due, and waits for a worker.
    case ready
    /// A worker runs an action of it.
    case running
    /// Its next action is due later.
    case scheduled
    /// An attempt did not end well, and the next one is to come.
    case retrying
    /// No worker has registered its name yet.
    case parked
    /// It ran to its end.
    case completed
    /// An action failed for good.
    case failed
    /// Somebody ended it.
    case cancelled

    /// The state that it is a part of.
    public var state: OperationState { OperationState(rawValue: rawValue) ?? .active }
}
