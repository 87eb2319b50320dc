import BackOps
import BackOpsTesting
import Foundation
import Fulfilment
import Testing

@Suite struct `An order with a gift card` {
    @Test func `waits for its date, whatever the receipt does`() async {
        let now = Date(timeIntervalSince1970: 0)
        let fulfilment = Fulfilment(shop: DemoShop(pace: .zero))
        let run = await runInline(fulfilment, now: now, failing: ["main/SendEmailReceipt": 2]) {
            $0[.subscriptionID] = 42
            $0[.deliverAt] = now + 86_400
        }
        #expect(run.state == .completed)
        #expect(run.path.last == "main/SendGiftcardToRecipient")
        #expect(run.waits == [.seconds(1), .seconds(2), .seconds(86_397)])
    }
}
