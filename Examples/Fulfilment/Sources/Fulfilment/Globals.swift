import BackOps
import Foundation

// The globals are the JSON document that the actions of one operation share, a column of its row. A key gives
// the name of a member and the type of its value. Any Codable type can be one.

extension GlobalKey where Value == Int {
    /// The subscription that was ordered; the one global that must be set when the operation is enqueued.
    public static var subscriptionID: Self { "subscription_id" }
}

extension GlobalKey where Value == String {
    /// The payment provider's token of a card to charge instead of the one on file.
    public static var cardToken: Self { "card_token" }

    /// The payment, once the card has been charged.
    public static var transactionID: Self { "transaction_id" }
}

extension GlobalKey where Value == Date {
    /// When the gift card is to arrive; not set means at once.
    public static var deliverAt: Self { "deliver_at" }
}
