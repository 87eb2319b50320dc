import LibPQ

/// The administration console of the PgBouncer that tests go through.
struct PoolerConsole: Sendable {
    private let session: PQConnection

    /// Connects by what leads to the pooler's database `pgbouncer`.
    static func connect(_ conninfo: String) async throws -> PoolerConsole {
        PoolerConsole(session: try await PQConnection.connect(PQOptions(conninfo)))
    }

    /// Whether a client is connected to a database.
    func hasClients(of database: String) async throws -> Bool {
        // The console speaks the simple protocol only.
        let clients = try await session.run { try $0.simple("show clients") }
        return try clients.contains { try $0.decode("database", as: String.self) == database }
    }

    /// Ends the sessions that the pooler keeps for a database, each when no transaction is in it.
    func endSessions(of database: String) async throws {
        try await session.script("reconnect \(database)")
    }
}
