/// Says whether an operation goes on, and how it ended.
public enum OperationState: String, Sendable, Hashable, CaseIterable, Codable {
    /// It has actions to run, now or later.
    case active
    /// It ran to its end.
    case completed
    /// An action failed for good; ``BackOpsClient/retry(_:reason:)-(Int64,_)`` goes on there.
    case failed
    /// Somebody ended it.
    case cancelled
}
