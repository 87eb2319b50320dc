import DevPostgres
import Foundation
import Subprocess

/// What `psql` prints for a statement, without decoration.
func psql(_ connection: String, _ statement: String) async throws -> String {
    let result = try await Subprocess.run(
        .name("psql"),
        arguments: ["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", connection, "-c", statement],
        environment: .inherit.updating(["PGCONNECT_TIMEOUT": "10", "PGOPTIONS": "-c statement_timeout=30s"]),
        output: .string(limit: 1 << 20),
        error: .string(limit: 1 << 20)
    )
    guard result.terminationStatus.isSuccess else { throw PsqlError(message: result.standardError) }
    return result.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
}

extension DevPostgres {
    func psql(_ statement: String, database: String = "postgres") async throws -> String {
        try await DevPostgresTests.psql(connectionString(database: database), statement)
    }
}

struct PsqlError: Error {
    let message: String
}
