/// Where an action of an operation stands: the column `status` of the view `action_status`.
public struct ActionStatus: OpenWord {
    /// The word as the database has it.
    public let rawValue: String

    /// Makes a word, known or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The operation has not reached it.
    public static let open = Self(rawValue: "open")
    /// It is next and due, and needs a free slot of a worker.
    public static let ready = Self(rawValue: "ready")
    /// A worker runs it.
    public static let running = Self(rawValue: "running")
    /// It is next, and has a time in the future.
    public static let scheduled = Self(rawValue: "scheduled")
    /// An attempt did not end well, and the next one is to come.
    public static let retrying = Self(rawValue: "retrying")
    /// The operation is at it, and it waits for a time or a signal.
    public static let waiting = Self(rawValue: "waiting")
    /// It completed.
    public static let completed = Self(rawValue: "completed")
    /// It was passed over, by a jump or by a person.
    public static let skipped = Self(rawValue: "skipped")
    /// It failed for good, and its operation with it.
    public static let failed = Self(rawValue: "failed")
    /// The operation was cancelled at it.
    public static let cancelled = Self(rawValue: "cancelled")

    /// The words that this version knows.
    public static let allCases: [Self] = [
        .open, .ready, .running, .scheduled, .retrying, .waiting, .completed, .skipped, .failed, .cancelled,
    ]
}
