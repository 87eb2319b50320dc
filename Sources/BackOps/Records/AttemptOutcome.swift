/// How an attempt of an action ended: the column `outcome` of the table `attempts` and of the view `timeline`.
public struct AttemptOutcome: OpenWord {
    /// The word as the database has it.
    public let rawValue: String

    /// Makes a word, known or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// It has not ended.
    public static let running = Self(rawValue: "running")
    /// The action completed; attempts keep this only where a jump back made it run again.
    public static let completed = Self(rawValue: "completed")
    /// It ended with an error.
    public static let failed = Self(rawValue: "failed")
    /// It took longer than its time limit.
    public static let timedOut = Self(rawValue: "timed_out")
    /// Its worker died, or lost its lease.
    public static let crashed = Self(rawValue: "crashed")
    /// The action put itself off, which costs no attempt.
    public static let snoozed = Self(rawValue: "snoozed")
    /// Its worker stopped and handed the job back, which costs no attempt.
    public static let released = Self(rawValue: "released")
    /// The operation was cancelled.
    public static let cancelled = Self(rawValue: "cancelled")
    /// The action could not start.
    public static let refused = Self(rawValue: "refused")

    /// The words that this version knows.
    public static let allCases: [Self] = [
        .running, .completed, .failed, .timedOut, .crashed, .snoozed, .released, .cancelled,
        .refused,
    ]
}
