import BackOps
import BackOpsTesting
import LibPQ

/// Creates the roles of the test's schema, and drops them when the body has ended: roles belong to the whole server.
func withRoles<R>(_ body: (PQConnection) async throws -> R) async throws -> R {
    let database = TestDatabase.current
    return try await database.withConnection { connection in
        try await connection.query("select create_roles()")
        let outcome: Result<R, any Error>
        do { outcome = .success(try await body(connection)) } catch { outcome = .failure(error) }
        try await connection.script("reset session authorization; reset role")
        for role in RoleMatrix.roles {
            let name = "\(database.schema)_\(role)"
            try await connection.script("drop owned by \(name); drop role \(name)")
        }
        return try outcome.get()
    }
}

extension PQConnection {
    /// Runs statements as one of the roles.
    @discardableResult
    func acting<R>(as role: String, _ body: () async throws -> R) async throws -> R {
        try await script("set session authorization \(TestDatabase.current.schema)_\(role)")
        let outcome: Result<R, any Error>
        do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
        try await script("reset session authorization")
        return try outcome.get()
    }
}
