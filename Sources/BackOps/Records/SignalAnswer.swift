/// What became of a signal: the answer of the SQL function `signal`.
public struct SignalAnswer: OpenWord {
    /// The word as the database has it.
    public let rawValue: String

    /// Makes a word, known or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The operation was waiting for it, and goes on.
    public static let delivered = Self(rawValue: "delivered")
    /// It is in the operation's inbox until the operation waits for it.
    public static let kept = Self(rawValue: "kept")
    /// One of that name and key was sent before; nothing was sent now.
    public static let duplicate = Self(rawValue: "duplicate")
    /// The operation has ended; nothing was sent.
    public static let refused = Self(rawValue: "refused")

    /// The words that this version knows.
    public static let allCases: [Self] = [.delivered, .kept, .duplicate, .refused]
}
