/// An error that says how the engine goes on after the attempt that it ends.
///
/// Any error that an action throws is retried by the action's ``RetryPolicy``. Throw one of these instead
/// where the action knows better:
///
/// ```swift
/// throw Failure.permanent("The card was declined")
/// throw Failure.retry(after: .seconds(30), "The bank asks to wait")
/// throw Failure.retry(after: .seconds(30), closing: "stripe", "429 Too Many Requests")
/// ```
public struct Failure: Error, Sendable {
    package enum Kind: Sendable, Hashable {
        case permanent
        case retryAfter(Duration)
    }

    package let kind: Kind

    /// The rate under which nothing starts until then.
    package var closedRate: String?

    /// What went wrong; it is stored as the action's error message.
    public let message: String

    /// The error that led to this one; its type is stored as the action's error type.
    public let underlying: (any Error)?

    /// Ends the operation as failed, whatever attempts are left.
    ///
    /// - Parameters:
    ///   - message: What went wrong.
    ///   - underlying: The error that led to it.
    /// - Returns: An error to throw.
    public static func permanent(_ message: String, underlying: (any Error)? = nil) -> Failure {
        Failure(kind: .permanent, message: message, underlying: underlying)
    }

    /// Runs the action again after a delay of the action's choice instead of its policy's.
    ///
    /// The attempt counts. When it was the last one, the operation fails.
    ///
    /// With `closing`, for a service that says to everybody that it wants no calls for a while, nothing else starts under that rate either, as
    /// with ``BackOpsClient/closeRate(_:for:key:reason:)``: for the operation's key where the action's own rate has keys. If that does not
    /// succeed, it is logged, and the attempt ends as without it.
    ///
    /// - Parameters:
    ///   - delay: How long to wait; less than zero means at once.
    ///   - rate: A rate to close for as long.
    ///   - message: What went wrong.
    ///   - underlying: The error that led to it.
    /// - Returns: An error to throw.
    public static func retry(
        after delay: Duration,
        closing rate: String? = nil,
        _ message: String,
        underlying: (any Error)? = nil
    ) -> Failure {
        Failure(
            kind: .retryAfter(max(.zero, delay)),
            closedRate: rate,
            message: message,
            underlying: underlying
        )
    }
}

extension Failure: CustomStringConvertible {
    /// The message, followed by the underlying error when there is one.
    public var description: String {
        guard let underlying else { return message }
        return "\(message): \(underlying)"
    }
}
