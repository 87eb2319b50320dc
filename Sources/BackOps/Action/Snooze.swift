/// An error that puts an action off without counting an attempt.
///
/// Thrown by ``ActionContext/snooze(_:)`` and ``ActionContext/snooze(until:)``: let it pass, or the action
/// goes on. What the attempt had set is dropped, as after a failure.
public struct Snooze: Error, Sendable, Hashable {
    /// When the action becomes due again.
    public let when: When

    /// Makes a snooze that ends at some time.
    ///
    /// - Parameter when: When the action becomes due again; a time in the past is the same as now.
    public init(_ when: When) { self.when = when }
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
