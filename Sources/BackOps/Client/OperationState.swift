/// Says whether an operation goes on, and how it ended.
public enum OperationState: String, Sendable, Hashable, CaseIterable, Codable {
    /// It has actions to run, now or later.
    case active
    /// It ran to its end.
    case completed
    /// An action failed for good; ``BackOpsClient/retry(_:)-(Int64)`` goes on there.
    case failed
    /// Somebody ended it.
    case cancelled
}
