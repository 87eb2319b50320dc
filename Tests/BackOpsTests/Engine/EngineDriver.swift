import BackOpsTesting
import LibPQ
import Testing

/// Works as one worker of the engine by SQL alone, in a session of its own.
///
/// Its session's clock can be moved, so its lease is long unless a test is about leases.
struct EngineDriver: Sendable {
    let connection: PQConnection
    let worker: Int64

    /// Registers a plan, and a worker that knows all plans registered so far and actions of any plan given with an INSERT.
    static func start(
        _ branches: String = #"{"main": ["A", "B", "C"]}"#,
        name: String = "Flow",
        queues: [String] = ["default"],
        lease: String = "10 years"
    ) async throws -> EngineDriver {
        try await TestDatabase.current.query("select register_definition(\(name), \(branches)::json)")
        let known = try await TestDatabase.current.query(
            """
            select d.name || '/' || a.name from definitions d join definition_actions a on a.definition_id = d.id
            union
            select '/' || name from definition_actions
            """
        )
        let handlers = try known.map { try $0.decode(0, as: String.self) }
        return try await start(handlers: handlers, queues: queues, lease: lease)
    }

    /// Registers a worker that knows what it is told.
    static func start(
        handlers: [String],
        queues: [String] = ["default"],
        lease: String = "10 years"
    ) async throws -> EngineDriver {
        let connection = try await PQConnection.connect(TestDatabase.current.options)
        let row = try await connection.query(
            "select register_worker('test', 1, \(queues), \(handlers), 1, '', \(lease)::interval)"
        )
        return EngineDriver(connection: connection, worker: try #require(row.first).decode(0))
    }

    /// Makes the driver's session the worker's sign of life; false behind a pooler.
    func attachSession() async throws -> Bool {
        let backend = try await connection.run { $0.backendPID }
        return try await value("select attach_session(\(worker), \(backend))")
    }

    // MARK: - Statements

    /// Runs a statement in the driver's session.
    @discardableResult
    func query(_ statement: SQLStatement) async throws -> PQResult {
        try await connection.query(statement)
    }

    /// The first column of the first row.
    func value<Value: PQDecodable>(
        _ statement: SQLStatement,
        as type: Value.Type = Value.self
    ) async throws -> Value {
        try #require(try await connection.query(statement).first, "\(statement) returned no row").decode(
            0,
            as: type
        )
    }

    /// The first column of every row.
    func values<Value: PQDecodable>(
        _ statement: SQLStatement,
        as type: Value.Type = Value.self
    ) async throws -> [Value] {
        try await connection.query(statement).map { try $0.decode(0, as: type) }
    }

    // MARK: - Time

    /// Moves the session's clock to a time.
    func travel(to time: String) async throws {
        try await query("select set_config('backops.now', \(time)::timestamptz::text, false)")
    }

    /// Moves the session's clock on by an interval.
    func travel(by interval: String) async throws {
        try await query(
            "select set_config('backops.now', (clock_now() + \(interval)::interval)::text, false)"
        )
    }

    // MARK: - Enqueueing

    /// Enqueues by a plain INSERT.
    @discardableResult
    func enqueue(_ name: String = "Flow", _ globals: PQJSON = "{}") async throws -> Int64 {
        try await value("insert into operations (name, globals) values (\(name), \(globals)) returning id")
    }

    /// Enqueues a number of operations by one INSERT.
    @discardableResult
    func enqueue(_ count: Int) async throws -> [Int64] {
        try await values(
            "insert into operations (name) select 'Flow' from generate_series(1, \(count)) returning id"
        )
    }
}
