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

    /// The private server; nil when the environment names one.
    package let dev: DevPostgres?
    private let conninfo: String
    private let pool: PQPool

    // Started by whoever asks first; the others wait for it. A failure stays one.
    private static let starting = Task { try await start() }

    /// Gives the server, starting it if need be.
    package static var shared: TestServer {
        get async throws { try await starting.value }
    }

    private static func start() async throws -> TestServer {
        if let conninfo = ProcessInfo.processInfo.environment[variable], !conninfo.isEmpty {
            return TestServer(dev: nil, conninfo: conninfo)
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
        return TestServer(dev: dev, conninfo: dev.connectionString())
    }

    private init(dev: DevPostgres?, conninfo: String) {
        self.dev = dev
        self.conninfo = conninfo
        pool = PQPool(PQOptions(conninfo), size: 4)
    }

    // MARK: - Installations

    /// What ``install(_:)`` made and ``remove(_:)`` takes away.
    struct Installation {
        let name: String
        let isolation: TestDatabase.Isolation
        let database: BackOpsDatabase
    }

    /// Makes a schema or a database with the engine in it.
    func install(_ isolation: TestDatabase.Isolation) async throws -> Installation {
        let name = "t_" + String(UInt64.random(in: .min ... .max), radix: 36)
        let database: BackOpsDatabase
        switch isolation {
        case .schema:
            database = try BackOpsDatabase(conninfo, schema: name)
            try await pool.script(Migrator.sql(schema: name))
        case .database:
            database = try BackOpsDatabase(Self.conninfo(conninfo, database: name))
            // File copies are not logged: 15 ms instead of 50.
            try await pool.query("create database \(identifier: name) template template1 strategy file_copy")
            try await Migrator(database).up()
        }
        return Installation(name: name, isolation: isolation, database: database)
    }

    /// Drops what ``install(_:)`` made.
    func remove(_ installation: Installation) async throws {
        switch installation.isolation {
        case .schema:
            // Whoever is still connected may hold locks; that must not hang the run.
            try await pool.script(
                "set local lock_timeout = '20s'; drop schema if exists \(installation.name) cascade"
            )
        case .database:
            try await pool.query("drop database if exists \(identifier: installation.name) with (force)")
        }
    }

    /// The same server, another database: the last of several values counts, in keywords and in a URL.
    static func conninfo(_ conninfo: String, database: String) -> String {
        guard conninfo.hasPrefix("postgres://") || conninfo.hasPrefix("postgresql://") else {
            return "\(conninfo) dbname=\(database)"
        }
        return conninfo + (conninfo.contains("?") ? "&" : "?") + "dbname=\(database)"
    }
}
