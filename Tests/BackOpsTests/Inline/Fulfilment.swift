import BackOps
import Foundation

// The example of the README of the Ruby gem back_ops, which the project continues.

extension GlobalKey where Value == Int { static var subscriptionID: Self { "subscription_id" } }
extension GlobalKey where Value == String { static var transactionID: Self { "transaction_id" } }
extension GlobalKey where Value == Date { static var deliverAt: Self { "deliver_at" } }
extension BranchName { static let red: Self = "red_subscriptions", blue: Self = "blue_subscriptions" }

struct Fulfilment: OperationDefinition {
    let shop: any Shop
    init(shop: any Shop) { self.shop = shop }

    var branches: [Branch] {
        ChargeCreditCard(shop: shop).retry(.exponential(maxAttempts: 5)).mayJump(to: .red, .blue)
        SendEmailReceipt(shop: shop)
        SendGiftcardToRecipient().perform(at: .deliverAt)  // reads the date from the globals

        Branch(.red) { SetupRedSubscription() }
        Branch(.blue) { SetupBlueSubscription() }
    }
}

struct ChargeCreditCard: Action {
    let shop: any Shop
    func run(_ context: ActionContext) async throws {
        let subscription = try await shop.subscription(context.require(.subscriptionID))
        context[.transactionID] = try await shop.charge(subscription, key: context.idempotencyKey)
        switch subscription.colour {
        case .red: try context.jump(to: .red)
        case .blue: try context.jump(to: .blue, at: SetupBlueSubscription.self)
        case .plain: break
        }
    }
}

struct SetupBlueSubscription: Action {
    func run(_ context: ActionContext) async throws {
        try context.jump(to: .main, at: SendEmailReceipt.self)  // back to the main branch
    }
}

struct SetupRedSubscription: Action {
    func run(_ context: ActionContext) async throws { context["red"] = true }
}

struct SendEmailReceipt: Action {
    let shop: any Shop
    func run(_ context: ActionContext) async throws {
        try await shop.sendReceipt(context.require(.transactionID))
    }
}

struct SendGiftcardToRecipient: Action {
    func run(_ context: ActionContext) async throws { context["giftcard"] = "sent" }
}

enum Colour: Sendable { case plain, red, blue }

struct Subscription: Sendable {
    let id: Int
    let colour: Colour
}

protocol Shop: Sendable {
    func subscription(_ id: Int) async throws -> Subscription
    func charge(_ subscription: Subscription, key: String) async throws -> String
    func sendReceipt(_ transaction: String) async throws
}

struct FakeShop: Shop {
    var colour = Colour.plain
    func subscription(_ id: Int) async throws -> Subscription { Subscription(id: id, colour: colour) }
    func charge(_ subscription: Subscription, key: String) async throws -> String { "ch_\(subscription.id)" }
    func sendReceipt(_ transaction: String) async throws {}
}
