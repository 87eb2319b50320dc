import BackOps

struct SendEmailReceipt: Action {
    let shop: any Shop

    // No catch: what is thrown is stored, with the stack, and the action is tried again. The charge is not.
    func run(_ context: ActionContext) async throws {
        try await shop.sendReceipt(
            for: context.require(.transactionID),
            of: context.require(.subscriptionID),
            attempt: context.attempt
        )
    }
}
