import BackOps
import DevPostgres
import Foundation
import LibPQ

/// The private PostgreSQL of a run, and who may connect to it.
struct ServerUnderAttack: Sendable {
    let server: DevPostgres

    /// Starts a server that loses no commit when it is killed.
    ///
    /// - Parameter folder: Where it lives.
    /// - Returns: The server, which takes connections.
    /// - Throws: `DevPostgresError`.
    static func start(in folder: String) async throws -> ServerUnderAttack {
        let server = try await DevPostgres.start(
            DevPostgres.Settings(
                directory: folder,
                serverSettings: ["log_line_prefix": ServerLog.prefix, "log_min_error_statement": "panic"],
                maxConnections: 300
            )
        )
        return ServerUnderAttack(server: server)
    }

    /// A client under a name of its own, which gives up on a statement that hangs.
    func client(_ name: String, connections: Int = 4) throws -> BackOpsClient {
        var database = try BackOpsDatabase(server.connectionString())
        database.options.applicationName = name
        database.options.queryTimeout = .seconds(30)
        database.maxConnections = connections
        return BackOpsClient(database)
    }

    /// A connection outside of any pool, for what holds something for a while.
    func connection() async throws -> PQConnection {
        var options = PQOptions(server.connectionString())
        options.applicationName = ApplicationName.control
        options.queryTimeout = .seconds(30)
        return try await PQConnection.connect(options)
    }

    /// Everything that the server has logged, also before its log was put aside.
    func log() -> ServerLog {
        let texts = ["server.log.old", "server.log"].map { name in
            FileManager.default.contents(atPath: "\(server.directory)/\(name)") ?? Data()
        }
        return ServerLog(texts.map { String(decoding: $0, as: UTF8.self) }.joined())
    }
}
