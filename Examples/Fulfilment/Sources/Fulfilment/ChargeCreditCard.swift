import BackOps

struct ChargeCreditCard: Action {
    let shop: any Shop

    func run(_ context: ActionContext) async throws {
        let subscription = try await shop.subscription(context.require(.subscriptionID))
        do {
            // Bodies run at least once: after a crash the shop may be asked again. The key is the same on every
            // attempt, so that it can tell, and charges once.
            context[.transactionID] = try await shop.charge(
                subscription,
                card: context[.cardToken],
                key: context.idempotencyKey
            )
        } catch let error as CardDeclined {
            // Any other error is retried, later and later. This one would only come again: the operation fails
            // here and now, and waits for somebody to set another card and to retry it.
            throw Failure.permanent("the card was declined", underlying: error)
        }

        // A jump does not leave the action; it says what comes next once the action has completed.
        switch subscription.colour {
        case .red: try context.jump(to: .red)
        case .blue: try context.jump(to: .blue, at: SetupBlueSubscription.self)
        case .plain: break
        }
    }
}
