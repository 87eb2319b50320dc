import BackOps

/// Sells something: takes the goods from the shelf, takes the money, sends the goods.
///
/// A customer's purchases go one after the other, in the order in which they were enqueued, so that the second one finds the balance
/// that the first one has left. Those of different customers do not wait for each other.
public struct Purchase: OperationDefinition {
    let provider: any PaymentProvider

    /// Makes a definition.
    ///
    /// - Parameter provider: Who takes the money.
    public init(provider: any PaymentProvider) { self.provider = provider }

    /// One at a time of each customer.
    public var limit: OperationLimit? { .exclusive("purchases of a customer", by: .customer) }

    /// The plan.
    public var branches: [Branch] {
        Do("ReserveGoods") { _ in }
        TakePayment(provider: provider).withinLimitsOfProvider()
        Do("SendGoods") { _ in }
    }
}

struct TakePayment: Action {
    let provider: any PaymentProvider

    func run(_ context: ActionContext) async throws {
        context[.payment] = try await heedingProvider {
            try await provider.charge(
                cents: context.require(.cents),
                of: context.require(.customer),
                key: context.idempotencyKey
            )
        }
    }
}
