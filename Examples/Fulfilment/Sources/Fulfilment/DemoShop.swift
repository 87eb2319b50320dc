/// A shop to try things with, whose faults depend on the subscription's number and on nothing else.
///
/// | Subscription | Colour and fate |
/// | --- | --- |
/// | 3, 6, … 42 | plain: straight along `main` |
/// | 1, 4, … 43 | red |
/// | 2, 5, … 44 | blue |
/// | 7 | two mail servers do not answer, the third one does |
/// | 13 | the card has expired: declined until the global `card_token` names another one |
/// | 10, 20, … | one mail server does not answer |
public struct DemoShop: Shop {
    private let pace: Duration

    /// Makes a shop.
    ///
    /// - Parameter pace: How long everything takes.
    public init(pace: Duration = .milliseconds(400)) { self.pace = pace }

    /// Gives every number a colour.
    public func subscription(_ id: Int) async throws -> Subscription {
        let colours = Subscription.Colour.allCases
        return Subscription(id: id, colour: colours[Int(id.magnitude) % colours.count])
    }

    /// Declines the card of subscription 13.
    public func charge(_ subscription: Subscription, card: String?, key: String) async throws -> String {
        try await Task.sleep(for: pace)
        if subscription.id == 13, card == nil { throw CardDeclined("expired") }
        return "ch_\(subscription.id)"
    }

    /// Succeeds.
    public func setUp(_ subscription: Int) async throws {
        try await Task.sleep(for: pace)
    }

    /// Fails on mail servers that do not answer.
    public func sendReceipt(for transaction: String, of subscription: Int, attempt: Int) async throws {
        try await connect(toMailServer: attempt, for: subscription)
    }

    /// Succeeds.
    public func sendGiftcard(for subscription: Int, key: String) async throws {
        try await Task.sleep(for: pace)
    }

    private func connect(toMailServer number: Int, for subscription: Int) async throws {
        try await Task.sleep(for: pace)
        let silent = subscription == 7 ? 2 : subscription % 10 == 0 ? 1 : 0
        guard number > silent else { throw NoAnswer(host: "mx\(number).example.com") }
    }
}

/// A server that does not answer now may well do so later.
struct NoAnswer: Error, CustomStringConvertible {
    let host: String
    var description: String { "\(host) does not answer" }
}
