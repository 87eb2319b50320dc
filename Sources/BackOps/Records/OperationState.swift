/// Whether an operation goes on, and how it ended: the column `state` of the view `operation_status`.
public struct OperationState: OpenWord {
    /// The word as the database has it.
    public let rawValue: String

    /// Makes a word, known or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// It has actions to run, now or later.
    public static let active = Self(rawValue: "active")
    /// It ran to its end.
    public static let completed = Self(rawValue: "completed")
    /// An action failed for good; ``BackOpsClient/retry(_:reason:)-(Int64,_)`` goes on there.
    public static let failed = Self(rawValue: "failed")
    /// Somebody ended it.
    public static let cancelled = Self(rawValue: "cancelled")

    /// The words that this version knows.
    public static let allCases: [Self] = [
        .active, .completed, .failed, .cancelled,
    ]
}
