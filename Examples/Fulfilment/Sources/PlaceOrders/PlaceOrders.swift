import BackOps
import Foundation
import Fulfilment

/// Enqueues orders as the back end of a web shop would: `place-orders 42 43 44`.
@main struct PlaceOrders {
    static func main() async throws {
        // BACKOPS_DATABASE_URL, or what libpq takes from PGHOST, PGDATABASE and the like.
        let client = try BackOpsClient(.environment)
        let subscriptions = CommandLine.arguments.dropFirst().compactMap { Int($0) }

        for subscription in subscriptions {
            // The key makes it safe to place an order twice: the second time finds the first one's operation.
            let operation = try await client.enqueue(Fulfilment.self, key: "order-\(subscription)") {
                $0[.subscriptionID] = subscription
                $0[.deliverAt] = Date.now + 5
            }
            print("#\(operation.id) fulfils subscription \(subscription)")
        }
        await client.close()
    }
}
