/// Does what the actions ask for: a payment provider, a mail server, a warehouse.
public protocol Shop: Sendable {
    /// Looks a subscription up.
    func subscription(_ id: Int) async throws -> Subscription

    /// Charges a card, once per key, and gives the payment's id. A nil card is the one on file.
    ///
    /// - Throws: ``CardDeclined``, or whatever goes wrong on the way.
    func charge(_ subscription: Subscription, card: String?, key: String) async throws -> String

    /// Makes a subscription usable; does nothing when it already is.
    func setUp(_ subscription: Int) async throws

    /// Mails a receipt; every attempt, counted from 1, takes the next one of several mail servers.
    func sendReceipt(for transaction: String, of subscription: Int, attempt: Int) async throws

    /// Sends a gift card, once per key.
    func sendGiftcard(for subscription: Int, key: String) async throws
}

/// What a customer has ordered.
public struct Subscription: Sendable {
    /// The colours that there are, which need different things.
    public enum Colour: Sendable, CaseIterable {
        case plain, red, blue
    }

    let id: Int
    let colour: Colour

    /// Makes a subscription.
    public init(id: Int, colour: Colour) {
        self.id = id
        self.colour = colour
    }
}

/// The bank says no, and will say so again.
public struct CardDeclined: Error, CustomStringConvertible {
    /// Why, in the bank's words.
    public let description: String

    /// Makes an error.
    public init(_ reason: String) { description = reason }
}
