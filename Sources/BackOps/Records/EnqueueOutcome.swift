/// What an enqueue did.
public struct EnqueueOutcome: OpenWord {
    /// The word as the database has it.
    public let rawValue: String

    /// Makes a word, known or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// It enqueued another operation.
    public static let created = Self(rawValue: "created")
    /// It did nothing: an operation has the key.
    public static let existing = Self(rawValue: "existing")
    /// It replaced the operation that had the key, which had not started, or cancelled it and enqueued another.
    public static let replaced = Self(rawValue: "replaced")
    /// It gave its globals to the operation that has the key, which has not started.
    public static let merged = Self(rawValue: "merged")
    /// It did nothing: an operation was enqueued under the key a moment ago.
    public static let dropped = Self(rawValue: "dropped")

    /// The words that this version knows.
    public static let allCases: [Self] = [.created, .existing, .replaced, .merged, .dropped]
}
