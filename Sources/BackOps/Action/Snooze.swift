#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Puts an action off without counting an attempt.
///
/// Thrown by ``ActionContext/snooze(_:)`` and ``ActionContext/snooze(until:)``: let it pass, or the action
/// goes on. What the attempt had set is dropped, as after a failure.
public struct Snooze: Error, Sendable, Hashable {
    /// Says when the action becomes due again.
    public enum When: Sendable, Hashable {
        /// A time from now, by the database's clock.
        case after(Duration)
        /// A point in time.
        case until(Date)
    }

    /// When the action becomes due again.
    public let when: When

    /// Makes a snooze that ends at some time.
    ///
    /// - Parameter when: When the action becomes due again; a time in the past means at once.
    public init(_ when: When) { self.when = when }
}

extension Snooze: CustomStringConvertible {
    /// A short sentence, for logs.
    public var description: String {
        switch when {
        case .after(let duration): "snoozed for \(duration)"
        case .until(let date): "snoozed until \(ISO8601.text(date))"
        }
    }
}
