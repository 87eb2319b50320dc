import BackOps
import BackOpsCommand
import Fulfilment
import Payments

/// Makes a worker, and a command line, of the definitions.
///
/// `fulfilment work` runs actions until it is told to stop; start it as often as there is work. The other commands
/// enqueue, show and steer operations: `fulfilment --help`.
@main struct FulfilmentCommand: BackOpsApplication {
    private let provider = DemoPayments()

    var operations: [any OperationDefinition] {
        Fulfilment(shop: DemoShop())
        Purchase(provider: provider)
        Refund(provider: provider)
    }
}
