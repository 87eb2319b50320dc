import BackOps
import BackOpsCommand

struct Fulfilment: OperationDefinition {
    var branches: [Branch] {
        ChargeCreditCard()
        SendEmailReceipt().retry(.exponential(maxAttempts: 8, base: .seconds(1)))
    }
}

struct ChargeCreditCard: Action {
    func run(_ context: ActionContext) async throws {
        let subscription = try context.require(.subscriptionID)
        context[.transactionID] = "ch_\(subscription)"  // Charge it, with context.idempotencyKey.
    }
}

struct SendEmailReceipt: Action {
    func run(_ context: ActionContext) async throws {
        let transaction = try context.require(.transactionID)
        context.logger.info("receipt sent", metadata: ["transaction": "\(transaction)"])
    }
}

extension GlobalKey where Value == Int { static var subscriptionID: Self { "subscription_id" } }
extension GlobalKey where Value == String { static var transactionID: Self { "transaction_id" } }

@main struct Shop: BackOpsApplication {
    var operations: [any OperationDefinition] { Fulfilment() }
}
