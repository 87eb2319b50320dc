import BackOps

/// Fulfils an order: charges the card, sets the subscription up by its colour, sends a receipt and a gift card.
///
/// The value holds what its actions need; here a shop. A program that enqueues an operation needs none of it: the name
/// and the globals are enough, so that `INSERT INTO backops.operations (name, globals) VALUES ('Fulfilment', …)`
/// does the same.
public struct Fulfilment: OperationDefinition {
    let shop: any Shop

    /// Makes a definition.
    ///
    /// - Parameter shop: The shop that charges and delivers.
    public init(shop: any Shop) { self.shop = shop }

    /// The plan: it is copied into the database when an operation is enqueued, one row per action.
    public var branches: [Branch] {
        // Bare actions form the branch `main`, where every operation starts. They run one after the other, and a
        // completed one never runs again.
        ChargeCreditCard(shop: shop).mayJump(to: .red, .blue)
        SendEmailReceipt(shop: shop).retry(.exponential(maxAttempts: 8, base: .seconds(1)))
        SendGiftcardToRecipient(shop: shop).perform(at: .deliverAt)  // a date from the globals

        // Other branches run only when an action jumps there. At their end, `main` goes on where it was left.
        Branch(.red) { SetupRedSubscription(shop: shop) }
        Branch(.blue) { SetupBlueSubscription(shop: shop) }
    }
}

extension BranchName {
    static let red: Self = "red_subscriptions"
    static let blue: Self = "blue_subscriptions"
}
