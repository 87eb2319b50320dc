public import BackOps
public import LibPQ

/// A throw-away installation of the engine: a schema of its own, or a database of its own.
///
/// A test gets one from the trait `.backops` of BackOpsTestingTraits and finds it in ``current``; other code gets one
/// from ``withTestDatabase(isolation:poolSize:_:)``. The engine's tables are there, empty. Afterwards everything is
/// dropped, whatever the test did, or emptied for another test on a server that only this process has.
///
/// ```swift
/// @Suite(.backops) struct `Fulfilling an order` {
///     @Test func `an order is charged once`() async throws {
///         let client = try await BackOpsClient(TestDatabase.current.database)
///         …
///         #expect(try await TestDatabase.current.value("select count(*) from operations", as: Int.self) == 1)
///     }
/// }
/// ```
///
/// ## Topics
/// - ``current``
/// - ``database``
/// - ``query(_:)``
/// - ``value(_:as:)``
/// - ``violations()``
/// - ``pool``
public struct TestDatabase: Sendable {
    /// How far tests are kept apart.
    public enum Isolation: Sendable, Hashable {
        /// Gives the test a schema of a name that no other has: cheap, and right for nearly all.
        ///
        /// On a private server it is in a database of its own, on another one in the database that all tests share.
        case schema
        /// Gives the test a database: for tests of migrations, of extensions, or of what a whole database shares.
        ///
        /// The schema is called `backops` there.
        case database
    }

    @TaskLocal static var bound: TestDatabase?

    /// The running test's own database.
    ///
    /// Child tasks see it, detached ones do not. Asking for it elsewhere is a programming error and traps.
    public static var current: TestDatabase {
        guard let bound else {
            preconditionFailure(
                "There is no test database here: add the trait .backops to the test or its suite, or call withTestDatabase."
            )
        }
        return bound
    }

    /// The address of the engine's tables, for a client, a worker or a migrator.
    public let database: BackOpsDatabase

    /// Lends connections whose search_path begins with ``schema``.
    ///
    /// It is closed when the test ends.
    public let pool: PQPool

    /// The schema that holds the engine's tables.
    public var schema: String { database.schemaName }

    /// What leads a child process to ``database``: variables that `BackOpsDatabase.environment` reads.
    package let variables: [String: String]

    /// The connection string of the server itself, past any pooler.
    package let directConninfo: String

    /// How to connect so that the engine's tables need no schema before their names.
    public var options: PQOptions { pool.options }

    /// A session that has asked for violations before, and so has planned how; nil for those of ``pool``.
    private let keeper: PQConnection?

    init(_ installation: TestServer.Installation, poolSize: Int) {
        keeper = installation.keeper?.session
        database = installation.database
        variables = installation.variables
        directConninfo = installation.direct
        var options = PQOptions(installation.direct)
        options.settings["search_path"] = "\(database.schemaName), public"
        // A statement that hangs should fail its test, not stop the run.
        options.queryTimeout = .seconds(600)
        pool = PQPool(options, size: poolSize)
    }

    /// Runs one statement on a connection of ``pool``.
    ///
    /// - Parameter statement: The statement and its values; it may leave the schema out.
    /// - Returns: Zero or more rows.
    /// - Throws: `PQError`, or `CancellationError`.
    @discardableResult
    public func query(_ statement: SQLStatement) async throws -> PQResult {
        try await pool.query(statement)
    }

    /// Runs one statement and reads the first column of its first row.
    ///
    /// - Parameters:
    ///   - statement: The statement and its values; it may leave the schema out.
    ///   - type: The type to read; an `Optional` where NULL may come.
    /// - Returns: The value.
    /// - Throws: `PQError`, with code `misuse` when there is no row; `CancellationError`.
    public func value<Value: PQDecodable>(
        _ statement: SQLStatement,
        as type: Value.Type = Value.self
    ) async throws -> Value {
        guard let row = try await pool.query(statement).first else {
            throw PQError(.misuse, "The statement returned no row.")
        }
        return try row.decode(0, as: type)
    }

    /// Runs several statements given as one text.
    ///
    /// - Parameter text: Statements separated by semicolons; they may leave the schema out.
    /// - Throws: `PQError`, or `CancellationError`.
    public func script(_ text: String) async throws {
        try await pool.script(text)
    }

    /// Checks the engine's invariants, as `select * from invariants()` does.
    ///
    /// The trait `.backops` does so when a test has ended.
    ///
    /// - Returns: A row for each violation; none where all is well, or where migrations were taken back so far that there
    ///   is no such function.
    /// - Throws: `PQError`, or `CancellationError`.
    public func violations() async throws -> [InvariantViolation] {
        let function = "\(schema).invariants()"
        guard try await value("select to_regprocedure(\(function)) is not null") else { return [] }
        let statement = EngineCalls(database.schema).invariants()
        let rows =
            if let keeper { try await keeper.query(statement) } else { try await query(statement) }
        return try rows.map(InvariantViolation.init)
    }

    /// Opens a connection of the test's own, for what needs a session: `set backops.now`, LISTEN, locks.
    ///
    /// It is closed after the closure, also when that throws.
    ///
    /// - Parameter body: What to do; it must not keep the connection.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws, or `PQError` when no connection could be made.
    public func withConnection<R>(_ body: (PQConnection) async throws -> R) async throws -> R {
        let connection = try await PQConnection.connect(options)
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }
}
