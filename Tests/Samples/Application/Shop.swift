import BackOps
import BackOpsCommand
import Logging

@main struct Shop: BackOpsApplication {
    /// In help and advice; without it, the name that the program was started by.
    static let name = "shop"

    /// What `backops workers` shows under VERSION; without it, the identifier of the build.
    static let version = "1.4.0"

    static let abstract = "Fulfils orders."

    private let payments: Payments

    /// Made once, by `work`, `check-deploy` and `graph` alone: `shop list` opens no connection to the bank.
    init() async throws {
        payments = try await Payments.connect()
    }

    /// What a plain INSERT of the name starts.
    var operations: [any OperationDefinition] {
        Fulfilment(payments: payments)
    }

    /// What operations may use that bring a plan of their own, in the column `branches`.
    var actions: [any Plannable] {
        [Charge(payments: payments)]
    }

    /// How it works, unless options of `shop work` (--queue, --concurrency, --lease, --grace, --poll) say otherwise.
    var configuration: WorkerConfiguration {
        var configuration = WorkerConfiguration()
        configuration.queues = ["default", "mail"]
        configuration.concurrency = 20
        configuration.retention = Retention(completed: .seconds(30 * 86_400))
        return configuration
    }

    /// Where the worker logs; nil is standard error, as --log-level and --log-format say.
    var logger: Logger? { nil }
}

struct Fulfilment: OperationDefinition {
    let payments: Payments

    var branches: [Branch] {
        Charge(payments: payments).retry(.exponential(maxAttempts: 5, base: .seconds(2)))
    }
}

struct Charge: Action {
    let payments: Payments

    func run(_ context: ActionContext) async throws {
        context["payment"] = .string(try await payments.charge(key: context.idempotencyKey))
    }
}

/// The client of a payment service.
struct Payments: Sendable {
    static func connect() async throws -> Payments { Payments() }

    func charge(key: String) async throws -> String { "ch_\(key)" }
}
