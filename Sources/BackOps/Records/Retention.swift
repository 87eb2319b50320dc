/// How long operations that have ended stay, by how they ended; by default for ever.
///
/// An operation is pruned with its actions and attempts. Its key is free from then on: enqueueing it again runs it again,
/// so it should stay for longer than anybody repeats a request. An active operation is never pruned.
///
/// ```swift
/// configuration.retention = Retention(completed: .seconds(30 * 86_400), cancelled: .seconds(30 * 86_400))
/// ```
///
/// ## Topics
/// - ``forever``
/// - ``init(completed:failed:cancelled:)``
/// - ``init(_:)``
public struct Retention: Sendable, Hashable {
    /// How long after it completed; nil is for ever.
    public var completed: Duration?

    /// How long after it failed, and so how long `retry` can let it go on; nil is for ever.
    public var failed: Duration?

    /// How long after somebody cancelled it; nil is for ever.
    public var cancelled: Duration?

    /// Keeps everything.
    public static let forever = Retention()

    /// Keeps operations for as long as their state says.
    ///
    /// - Parameters:
    ///   - completed: How long after it completed; nil is for ever.
    ///   - failed: How long after it failed; nil is for ever.
    ///   - cancelled: How long after it was cancelled; nil is for ever.
    public init(completed: Duration? = nil, failed: Duration? = nil, cancelled: Duration? = nil) {
        self.completed = completed
        self.failed = failed
        self.cancelled = cancelled
    }

    /// Keeps operations equally long, however they ended.
    ///
    /// - Parameter age: How long after the end.
    public init(_ age: Duration) {
        self.init(completed: age, failed: age, cancelled: age)
    }

    var shortest: Duration? { [completed, failed, cancelled].compactMap(\.self).min() }

    func validate(lease: Duration) throws(BackOpsError) {
        // Until then a worker whose connection broke may ask what became of its claim, and must find the action.
        guard let shortest, shortest < lease else { return }
        throw .invalidConfiguration("retention", "must not be shorter than the lease, but is \(shortest).")
    }
}
