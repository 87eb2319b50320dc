/// A payment provider, which many operations share, and which allows 20 calls at once and 100 a second.
public protocol PaymentProvider: Sendable {
    /// Takes money, once per key, and gives the payment's id.
    ///
    /// - Throws: ``TooManyRequests``, or whatever goes wrong on the way.
    func charge(cents: Int, of customer: String, key: String) async throws -> String

    /// Gives money back, once per key.
    ///
    /// - Throws: As ``charge(cents:of:key:)``.
    func refund(cents: Int, of payment: String, key: String) async throws
}

/// The provider has more to do than it allows: its answer 429.
public struct TooManyRequests: Error, CustomStringConvertible {
    /// When to ask again, as the header Retry-After says.
    public let retryAfter: Duration

    /// What there was too much of.
    public let description: String

    /// Makes an error.
    public init(_ description: String, retryAfter: Duration) {
        self.description = description
        self.retryAfter = retryAfter
    }
}
