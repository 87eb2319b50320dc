public import LibPQ
public import Logging

/// Enqueues operations, finds them, and steers them.
///
/// A client keeps a small pool of connections, opened when they are needed; make one and share it. Everything it does is
/// also an SQL function or a view of the schema: see ``BackOpsDatabase``.
public struct BackOpsClient: Sendable {
    /// The connections, for statements of your own.
    public let pool: PQPool

    let engine: EngineCalls
    let logger: Logger

    /// The enqueues of tasks that do so at the same time.
    let shared: SharedEnqueues

    /// Makes a client; it connects when it is first used.
    ///
    /// - Parameters:
    ///   - database: Where the operations are.
    ///   - logger: Where to log lost connections.
    public init(_ database: BackOpsDatabase, logger: Logger = Logger(label: "backops")) {
        self.init(database, logger: logger, enqueueing: EnqueueLimits())
    }

    package init(
        _ database: BackOpsDatabase,
        logger: Logger = Logger(label: "backops"),
        enqueueing limits: EnqueueLimits
    ) {
        var options = database.options
        if options.applicationName == nil { options.applicationName = "backops client" }
        pool = PQPool(options, size: database.maxConnections)
        engine = EngineCalls(database.schema)
        shared = SharedEnqueues(pool, engine, limits)
        self.logger = logger
    }

    /// Closes the connections; those that are in use are closed when they come back.
    ///
    /// Enqueues that wait for a round trip are refused, as later ones are; those that are on their way are answered.
    public func close() async {
        shared.close()
        await pool.close()
    }

    /// Counts the enqueues that wait for the next round trip.
    package var waitingEnqueues: Int { shared.waitingCount }

    /// Runs statements in one transaction; operations that it enqueues commit or vanish with it.
    ///
    /// The closure runs once. To have it repeated after a deadlock or a serialization failure, use `withTransaction(attempts:)` of
    /// ``pool``.
    ///
    /// - Parameter body: Runs the statements; what it throws rolls everything back.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws, or `PQError`.
    public func transaction<R>(_ body: (PQTransaction) async throws -> R) async throws -> R {
        try await pool.withTransaction { try await body($0) }
    }

    /// Runs a statement of the engine, and says in the words of the API what it refused.
    @discardableResult
    func call(_ statement: SQLStatement) async throws -> PQResult {
        do {
            return try await pool.query(statement)
        } catch let error as PQError {
            throw BackOpsError(refusing: error)
        }
    }
}

extension PQResult {
    /// Reads every row; one that is not as expected is an error of the API, as everything is that a client throws.
    func read<Record>(_ decode: (PQRow) throws -> Record) throws -> [Record] {
        do {
            return try map(decode)
        } catch let error as PQError {
            throw BackOpsError(refusing: error)
        }
    }
}
