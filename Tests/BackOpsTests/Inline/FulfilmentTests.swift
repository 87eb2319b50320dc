import BackOps
import BackOpsTesting
import Foundation
import Testing

@Suite struct FulfilmentTests {
    @Test(arguments: [
        (Colour.plain, ["main/ChargeCreditCard", "main/SendEmailReceipt", "main/SendGiftcardToRecipient"]),
        (
            Colour.blue,
            [
                "main/ChargeCreditCard", "blue_subscriptions/SetupBlueSubscription",
                "main/SendEmailReceipt", "main/SendGiftcardToRecipient",
            ]
        ),
        (
            Colour.red,
            [
                "main/ChargeCreditCard", "red_subscriptions/SetupRedSubscription",
                "main/SendEmailReceipt", "main/SendGiftcardToRecipient",
            ]
        ),
    ])
    func takesTheBranchOfItsColour(colour: Colour, path: [String]) async throws {
        let run = await runInline(Fulfilment(shop: FakeShop(colour: colour))) { $0[.subscriptionID] = 42 }
        #expect(run.state == .completed)
        #expect(run.path == path)
        #expect(run[.transactionID] == "ch_42")
    }

    @Test func giftcardWaitsForItsDate() async {
        let now = Date(timeIntervalSince1970: 0)
        let run = await runInline(Fulfilment(shop: FakeShop()), now: now) {
            $0[.subscriptionID] = 42
            $0[.deliverAt] = now + 86_400
        }
        #expect(run.waits == [.seconds(86_400)])  // time is skipped, not slept
    }

    @Test func aMissingGlobalFailsTheFirstAction() async {
        let run = await runInline(Fulfilment(shop: FakeShop()))
        #expect(run.error as? BackOpsError == .missingGlobal("subscription_id"))
        #expect(run.attempts == ["main/ChargeCreditCard": 1])
        #expect(run.path.isEmpty)
    }

    @Test func aFailedActionAloneIsRepeated() async {
        let run = await runInline(
            Fulfilment(shop: FakeShop()),
            failing: ["main/SendEmailReceipt": 2]
        ) { $0[.subscriptionID] = 42 }
        #expect(run.state == .completed)
        #expect(run.attempts["main/ChargeCreditCard"] == 1)
        #expect(run.attempts["main/SendEmailReceipt"] == 3)
        #expect(run.waits == [.seconds(5), .seconds(10)])
    }
}
