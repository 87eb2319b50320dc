import BackOps
package import DevPostgres
import LibPQ

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The server that all tests of a process share.
package struct TestServer: Sendable {
    /// Names the variable that makes tests use another server than a private one.
    package static let variable = "BACKOPS_TEST_DATABASE_URL"

    /// Names the variable with the path of `pgbouncer`: tests then reach the private server through one.
    package static let poolerVariable = "BACKOPS_TEST_PGBOUNCER"

    /// Names the variable that, set to `off`, keeps workers of such tests from LISTEN on a direct connection.
    package static let listenVariable = "BACKOPS_TEST_LISTEN"

    /// Whether workers of the tests are woken by LISTEN.
    package static var workersListen: Bool {
        let variables = ProcessInfo.processInfo.environment
        return variables[poolerVariable]?.isEmpty ?? true || variables[listenVariable] != "off"
    }

    /// The private server; nil when the environment names one.
    package let dev: DevPostgres?

    /// What clients and workers connect through; nil when they connect to the server itself.
    package let pooler: PgBouncer?
    private let conninfo: String
    private let console: PoolerConsole?
    /// What databases are copied from; nil on a server of somebody else's, in which nothing is to be left behind.
    private let template: EngineTemplate?
    private let pool: PQPool
    private let idle = IdleInstallations()

    // Started by whoever asks first; the others wait for it. A failure stays one.
    private static let starting = Task { try await start() }

    /// Gives the server, starting it if need be.
    package static var shared: TestServer {
        get async throws { try await starting.value }
    }

    private static func start() async throws -> TestServer {
        let variables = ProcessInfo.processInfo.environment
        if let conninfo = variables[variable], !conninfo.isEmpty {
            return TestServer(dev: nil, pooler: nil, console: nil, conninfo: conninfo, template: nil)
        }
        // Nobody waits for the disk: what a test leaves behind is dropped, and the server ends with this process.
        let settings = DevPostgres.Settings(
            serverSettings: [
                "shared_buffers": "128MB",
                "max_wal_size": "1GB",
                "checkpoint_timeout": "1h",
                "max_locks_per_transaction": "256",
                "jit": "off",
            ],
            maxConnections: 300
        )
        let dev = try await DevPostgres.start(settings)
        try await HostileSettings.apply(to: dev.connectionString())
        var pooler: PgBouncer?
        var console: PoolerConsole?
        if let program = variables[poolerVariable], !program.isEmpty {
            let started = try await PgBouncer.start(program, before: dev, poolSize: poolSize)
            console = try await PoolerConsole.connect(started.connectionString(database: PgBouncer.console))
            pooler = started
        }
        let template = try await EngineTemplate.make(on: dev.connectionString())
        return TestServer(
            dev: dev,
            pooler: pooler,
            console: console,
            conninfo: dev.connectionString(),
            template: template
        )
    }

    /// Fewer than the clients and workers of the tests have connections, so that the server's go from one to another.
    private static let poolSize = 8

    private init(
        dev: DevPostgres?,
        pooler: PgBouncer?,
        console: PoolerConsole?,
        conninfo: String,
        template: EngineTemplate?
    ) {
        self.dev = dev
        self.pooler = pooler
        self.console = console
        self.conninfo = conninfo
        self.template = template
        pool = PQPool(PQOptions(conninfo), size: 4)
    }

    // MARK: - Installations

    /// What ``install(_:)`` made and ``remove(_:)`` takes away.
    struct Installation {
        let name: String
        /// Whether all of its database is the test's own.
        let ownsDatabase: Bool
        /// How clients and workers connect.
        let database: BackOpsDatabase
        /// How to connect for what needs a session.
        let direct: String
        /// What ``database`` was made of, for child processes.
        let variables: [String: String]
        /// Looks after a database that another test can have afterwards; nil for others.
        var keeper: DatabaseKeeper?
    }

    /// Makes a schema or a database with the engine in it.
    func install(_ isolation: TestDatabase.Isolation) async throws -> Installation {
        if isolation == .schema, let installation = idle.take() { return installation }
        let name = "t_" + String(UInt64.random(in: .min ... .max), radix: 36)
        let ownsDatabase = isolation == .database || template != nil
        let place: (String) -> String = { ownsDatabase ? PQOptions.conninfo($0, database: name) : $0 }
        let schema = isolation == .database ? EngineTemplate.schema : name
        let direct = place(conninfo)
        let variables = Self.variables(
            direct: direct,
            pooled: pooler.map { place($0.connectionString()) },
            schema: schema
        )
        let database = try BackOpsDatabase(overriding: variables)
        if ownsDatabase {
            // File copies are not logged: 15 ms instead of 50.
            try await pool.query(
                "create database \(identifier: name) template \(identifier: template?.name ?? "template1") strategy file_copy"
            )
        }
        switch (template, isolation) {
        case (let template?, _): try await template.rename(to: schema, in: direct)
        case (nil, .schema): try await pool.script(Migrator.sql(schema: name))
        case (nil, .database): try await Migrator(database).up()
        }
        // Not where a test may do to its database what it likes.
        let isReusable = template != nil && isolation == .schema
        let keeper =
            isReusable
            ? try await DatabaseKeeper.connect(direct, database: name, schema: schema, console: console) : nil
        return Installation(
            name: name,
            ownsDatabase: ownsDatabase,
            database: database,
            direct: direct,
            variables: variables,
            keeper: keeper
        )
    }

    /// What leads clients and workers, those of child processes too, to an installation.
    private static func variables(direct: String, pooled: String?, schema: String) -> [String: String] {
        guard let pooled else { return ["BACKOPS_DATABASE_URL": direct, "BACKOPS_SCHEMA": schema] }
        return [
            "BACKOPS_DATABASE_URL": pooled, "BACKOPS_SCHEMA": schema, "BACKOPS_PREPARED_STATEMENTS": "off",
            "BACKOPS_LISTEN_URL": workersListen ? direct : "off",
        ]
    }

    /// Keeps what ``install(_:)`` made for another test, where that can be, and drops it otherwise.
    func remove(_ installation: Installation) async throws {
        if let keeper = installation.keeper {
            if await keeper.restore() {
                idle.add(installation)
                return
            }
            await keeper.session.close()
        }
        guard !installation.ownsDatabase else {
            try await pool.query("drop database if exists \(identifier: installation.name) with (force)")
            return
        }
        // Whoever is still connected may hold locks; that must not hang the run.
        try await pool.script(
            "set local lock_timeout = '20s'; drop schema if exists \(installation.name) cascade"
        )
    }
}
