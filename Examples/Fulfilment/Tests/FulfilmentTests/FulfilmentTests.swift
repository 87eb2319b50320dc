import BackOps
import BackOpsTesting
import Foundation
import Fulfilment
import Testing

// Runs the whole operation without a database. Time is skipped instead of slept.

@Suite struct `Fulfilling an order` {
    private let shop = DemoShop(pace: .zero)

    @Test(arguments: [
        (42, ["main/ChargeCreditCard", "main/SendEmailReceipt", "main/SendGiftcardToRecipient"]),
        (
            43,
            [
                "main/ChargeCreditCard", "red_subscriptions/SetupRedSubscription", "main/SendEmailReceipt",
                "main/SendGiftcardToRecipient",
            ]
        ),
        (
            44,
            [
                "main/ChargeCreditCard", "blue_subscriptions/SetupBlueSubscription", "main/SendEmailReceipt",
                "main/SendGiftcardToRecipient",
            ]
        ),
    ])
    func `every colour takes its way`(subscription: Int, path: [String]) async {
        let run = await runInline(Fulfilment(shop: shop)) { $0[.subscriptionID] = subscription }
        #expect(run.state == .completed)
        #expect(run.path == path)
        #expect(run[.transactionID] == "ch_\(subscription)")
    }

    @Test func `the gift card waits for its date`() async {
        let now = Date(timeIntervalSince1970: 0)
        let run = await runInline(Fulfilment(shop: shop), now: now) {
            $0[.subscriptionID] = 42
            $0[.deliverAt] = now + 86_400
        }
        #expect(run.state == .completed)
        #expect(run.waits == [.seconds(86_400)])
    }

    @Test func `a receipt that cannot be sent is sent later, without another charge`() async {
        let run = await runInline(Fulfilment(shop: shop)) { $0[.subscriptionID] = 7 }
        #expect(run.state == .completed)
        #expect(run.attempts["main/ChargeCreditCard"] == 1)
        #expect(run.attempts["main/SendEmailReceipt"] == 3)
        #expect(run.waits == [.seconds(1), .seconds(2)])
        #expect(
            run.errors.map { "\($0)" } == [
                "mx1.example.com does not answer", "mx2.example.com does not answer",
            ]
        )
    }

    @Test func `a declined card ends it at once`() async throws {
        let run = await runInline(Fulfilment(shop: shop)) { $0[.subscriptionID] = 13 }
        #expect(run.state == .failed)
        #expect(run.attempts == ["main/ChargeCreditCard": 1])
        let failure = try #require(run.error as? Failure)
        #expect(failure.underlying is CardDeclined)
    }

    @Test func `another card is charged instead`() async {
        let run = await runInline(Fulfilment(shop: shop)) {
            $0[.subscriptionID] = 13
            $0[.cardToken] = "tok_renewed"
        }
        #expect(run.state == .completed)
    }

    @Test func `an order without a subscription is refused by its first action`() async {
        let run = await runInline(Fulfilment(shop: shop))
        #expect((run.error as? BackOpsError)?.code == .missingGlobal)
        #expect(run.path.isEmpty)
    }

    @Test func `what breaks once does not break the order`() async {
        let run = await runInline(
            Fulfilment(shop: shop),
            failing: ["main/ChargeCreditCard": 1, "blue_subscriptions/SetupBlueSubscription": 1]
        ) { $0[.subscriptionID] = 44 }
        #expect(run.state == .completed)
        #expect(run.attempts["main/ChargeCreditCard"] == 2)
    }
}
