import BackOps
import Fulfilment

/// Runs actions until it is told to stop; start it as often as there is work.
@main struct FulfilmentCommand {
    static func main() async throws {
        let worker = try BackOpsWorker(.environment) {
            Fulfilment(shop: DemoShop())
        }
        try await worker.runUntilSignalled()
    }
}
