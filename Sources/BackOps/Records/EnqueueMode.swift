/// What an enqueue does where its key is taken.
///
/// All enqueues of one name and key that are to take each other into account need the same mode; ``once`` and the others have keys
/// of their own. An operation that has started is never touched, except by ``cancelAndReplace``, which cancels it.
///
/// Enqueues of the same key wait for each other to the end of their transactions.
public struct EnqueueMode: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The mode as the column `key_mode` has it: `debounce 5 s at most 60 s merge`.
    public let description: String

    /// Makes a mode from its text, which the database checks.
    ///
    /// - Parameter text: Such as `unless_active` or `throttle 1 min`.
    public init(_ text: String) { description = text }

    /// Nothing is enqueued as long as the row of the operation that has the key exists, whatever became of it.
    public static let once = Self("once")

    /// Nothing is enqueued while the operation that has the key is active; its end makes the key free.
    public static let unlessActive = Self("unless_active")

    /// The operation that has the key is replaced if it has not started; otherwise another one is enqueued.
    ///
    /// It keeps its id, and gets the new globals, plan, queue, priority and time.
    public static let replaceWaiting = Self("replace_waiting")

    /// The operation that has the key is cancelled if it is active, and another one is enqueued.
    public static let cancelAndReplace = Self("cancel_and_replace")

    /// Nothing is enqueued within a time after the last operation that was.
    ///
    /// - Parameter period: The time, at least a microsecond and at most 366 days.
    /// - Returns: The mode.
    public static func throttle(for period: Duration) -> Self { Self("throttle \(text(period))") }

    /// The operation starts when nobody has enqueued under the key for a time.
    ///
    /// Once it is due it is not put off again, but its globals still change until a worker starts it.
    ///
    /// - Parameters:
    ///   - period: The time, at least a microsecond and at most 366 days.
    ///   - longest: How long it is put off at most, from the first enqueue on; nil is without limit.
    ///   - payload: The globals it starts with.
    /// - Returns: The mode.
    public static func debounce(
        for period: Duration,
        atMost longest: Duration? = nil,
        payload: Payload = .last
    ) -> Self {
        Self(
            "debounce \(text(period))\(longest.map { " at most \(text($0))" } ?? "")\(payload == .last ? "" : " \(payload.rawValue)")"
        )
    }

    /// Which globals an operation has for which several were enqueued.
    public enum Payload: String, Sendable, Hashable, CaseIterable {
        /// Those of the last one.
        case last
        /// All of them; of the same key, the last one's.
        case merge
        /// All of them; arrays under the same key one behind the other.
        case append
    }

    private static func text(_ duration: Duration) -> String {
        let microseconds = duration.microseconds
        return microseconds.isMultiple(of: 1_000_000)
            ? "\(microseconds / 1_000_000) s" : "\(microseconds) microseconds"
    }
}
