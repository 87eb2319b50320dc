public import Logging
public import ServiceLifecycle
import UnixSignals

/// Runs the actions of operations; start as many, in as many processes, as there is work.
///
/// A worker claims only what it knows: the operations that it is given, and for operations that bring their own branches
/// the actions of these. It survives the database's absence, and gives everything back when it stops.
///
/// ```swift
/// let worker = try BackOpsWorker(.environment, queues: ["default", "mail"], concurrency: 20) {
///     Fulfilment(shop: LiveShop())
/// }
/// try await worker.runUntilSignalled()
/// ```
///
/// It is a `Service`, so it runs beside a web server in one `ServiceGroup`: graceful shutdown finishes what runs within
/// ``WorkerConfiguration/gracePeriod``, cancellation hands it back at once.
public struct BackOpsWorker: Service {
    let database: BackOpsDatabase
    let configuration: WorkerConfiguration
    let registry: Registry
    let schedules: DeclaredSchedules?
    let logger: Logger

    /// Whether it is alive, and ready for work.
    public let health: WorkerHealth

    /// Makes a worker; it connects when it is run.
    ///
    /// - Parameters:
    ///   - database: Where the jobs are.
    ///   - configuration: How to work.
    ///   - actions: Actions that operations with branches of their own may use, besides those of `operations`.
    ///   - schedules: The schedules that the application wants to have, as the page Schedules says; nil to declare none and leave all schedules alone.
    ///   - logger: Where to log; every line about an action carries `operation`, `operation_id`, `action` and `attempt`.
    ///   - operations: The definitions that it knows.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidConfiguration``,
    ///   ``BackOpsError/Code/invalidPlan``, ``BackOpsError/Code/invalidName`` or
    ///   ``BackOpsError/Code/duplicateDefinition``, whose message says what to do.
    public init(
        _ database: BackOpsDatabase,
        configuration: WorkerConfiguration,
        actions: [any Plannable] = [],
        schedules: [Schedule]? = nil,
        logger: Logger = Logger(label: "backops"),
        @OperationsBuilder operations: () throws -> [any OperationDefinition]
    ) throws {
        try configuration.validate()
        self.database = database
        self.configuration = configuration
        self.registry = try Registry(try operations() + [Backfill()], actions: actions)
        self.schedules = try schedules.map { try DeclaredSchedules($0, of: configuration.applicationName) }
        self.logger = logger
        health = WorkerHealth(lease: configuration.lease)
    }

    /// Makes a worker with the settings that most workers differ in.
    ///
    /// - Parameters:
    ///   - database: Where the jobs are.
    ///   - queues: The queues that it serves.
    ///   - concurrency: How many actions run at once.
    ///   - logger: Where to log.
    ///   - operations: The definitions that it knows.
    /// - Throws: As ``init(_:configuration:actions:schedules:logger:operations:)``.
    public init(
        _ database: BackOpsDatabase,
        queues: [String] = ["default"],
        concurrency: Int = 100,
        logger: Logger = Logger(label: "backops"),
        @OperationsBuilder operations: () throws -> [any OperationDefinition]
    ) throws {
        var configuration = WorkerConfiguration()
        configuration.queues = queues
        configuration.concurrency = concurrency
        try self.init(database, configuration: configuration, logger: logger, operations: operations)
    }

    /// Works until the surrounding service group shuts down, or the task is cancelled.
    ///
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/schemaMissing`` or
    ///   ``BackOpsError/Code/schemaTooOld`` when the database has not been migrated, and with
    ///   ``BackOpsError/Code/unsupportedEncoding`` when it is not UTF8. That the database is away is no error: the worker says so
    ///   in the log, and waits.
    public func run() async throws {
        try await run(StopRelay())
    }

    /// Works until nothing is runnable, then returns: for tests, demos and jobs of a scheduler.
    ///
    /// What is due later, retries among it, is left for later.
    ///
    /// - Throws: As ``run()``.
    public func drain() async throws {
        let relay = StopRelay()
        relay.stop(.whenIdle)
        try await run(relay)
    }

    /// Works until SIGTERM (finishes what runs within the grace period; a second one hands it back at once) or SIGINT
    /// (hands back at once).
    ///
    /// - Parameter draining: Leaves also when nothing is runnable, as ``drain()``.
    /// - Throws: As ``run()``.
    public func runUntilSignalled(draining: Bool = false) async throws {
        let relay = StopRelay()
        if draining { relay.stop(.whenIdle) }
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let listener = Task {
            for await signal in signals {
                relay.stop(signal == .sigint || relay.isStopping ? .now : .graceful)
            }
        }
        defer { listener.cancel() }
        try await run(relay)
    }

    package func run(_ relay: StopRelay) async throws {
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                try await withUncancelledTask { try await WorkerRun(self, relay).run() }
            } onGracefulShutdown: {
                relay.stop(.graceful)
            }
        } onCancel: {
            relay.stop(.now)
        }
    }
}

/// Runs a closure in a task that the caller's cancellation does not reach: results must still be written then.
private func withUncancelledTask<R: Sendable>(
    _ body: @escaping @Sendable () async throws -> R
) async throws -> R {
    try await Task { try await body() }.value
}
