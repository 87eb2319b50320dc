import BackOps

struct SetupRedSubscription: Action {
    let shop: any Shop

    // The end of its branch: `main` goes on with its first action that is not completed, the receipt.
    func run(_ context: ActionContext) async throws {
        try await shop.setUp(context.require(.subscriptionID))
    }
}

struct SetupBlueSubscription: Action {
    let shop: any Shop

    func run(_ context: ActionContext) async throws {
        try await shop.setUp(context.require(.subscriptionID))
        // The same way back, said aloud. Any action of any branch can be the target.
        try context.jump(to: .main, at: SendEmailReceipt.self)
    }
}
