import BackOps
import BackOpsCommand
import Fulfilment

/// Makes a worker, and a command line, of the definitions.
///
/// `fulfilment work` runs actions until it is told to stop; start it as often as there is work. The other commands
/// enqueue, show and steer operations: `fulfilment --help`.
@main struct FulfilmentCommand: BackOpsApplication {
    var operations: [any OperationDefinition] {
        Fulfilment(shop: DemoShop())
    }
}
