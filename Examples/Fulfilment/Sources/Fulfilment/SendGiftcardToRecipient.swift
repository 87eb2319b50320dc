import BackOps

struct SendGiftcardToRecipient: Action {
    let shop: any Shop

    func run(_ context: ActionContext) async throws {
        try await shop.sendGiftcard(for: context.require(.subscriptionID), key: context.idempotencyKey)
    }
}
