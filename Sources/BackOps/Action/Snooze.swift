/// An error that puts an action off without counting an attempt.
///
/// Thrown by ``ActionContext/snooze(_:atMost:within:)`` and ``ActionContext/snooze(until:atMost:within:)``: let it pass, or the
/// action goes on. What the attempt had set is dropped, as after a failure.
public struct Snooze: Error, Sendable, Hashable {
    /// When the action becomes due again.
    public let when: When

    /// How often the action may be snoozed in its run; nil for as often as it likes.
    public let atMost: Int?

    /// For how long the action may be snoozed, from the start of the first attempt that was; nil for as long as it likes.
    public let within: Duration?

    /// Makes a snooze that ends at some time.
    ///
    /// - Parameters:
    ///   - when: When the action becomes due again; a time in the past is the same as now.
    ///   - atMost: How often the action may be snoozed in its run, 1 or more; then it fails for good.
    ///   - within: For how long the action may be snoozed, more than zero; then it fails for good.
    public init(_ when: When, atMost: Int? = nil, within: Duration? = nil) {
        self.when = when
        self.atMost = atMost
        self.within = within
    }
}

extension Snooze {
    /// What is wrong with the limits.
    package var problem: BackOpsError? {
        if let atMost, atMost < 1 {
            .invalidConfiguration("atMost", "is \(atMost): an action can be snoozed once or more often.")
        } else if let within, within <= .zero {
            .invalidConfiguration("within", "is \(within): it must be longer than zero.")
        } else {
            nil
        }
    }
}

extension Snooze: CustomStringConvertible {
    /// A short sentence, for logs.
    public var description: String {
        switch when {
        case .now: "snoozed"
        case .in(let duration): "snoozed for \(duration)"
        case .at(let date): "snoozed until \(ISO8601.text(date))"
        }
    }
}
