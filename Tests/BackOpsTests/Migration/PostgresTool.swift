import BackOpsTesting
import DevPostgres
import Foundation
import LibPQ
import Subprocess
import Testing

#if canImport(System)
import System
#else
import SystemPackage
#endif

/// PostgreSQL's own programs, called for the database of a test.
enum PostgresTool {
    /// Whether the server is a private one, and its programs are here.
    static var isThere: Bool {
        guard ProcessInfo.processInfo.environment["BACKOPS_TEST_DATABASE_URL"] == nil,
            let programs = try? PostgresPrograms.find(minimumMajor: 15)
        else { return false }
        return programs.path(of: "pg_dump") != nil && programs.path(of: "psql") != nil
    }

    static var majorVersion: Int? { try? PostgresPrograms.find(minimumMajor: 15).majorVersion }

    /// The output of pg_dump without what differs between machines, and between two calls.
    static func dump(_ arguments: [String]) async throws -> String {
        let output = try await run("pg_dump", ["--no-owner", "--schema=backops"] + arguments)
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
        let differing = ["-- Dumped ", "\\restrict", "\\unrestrict"]
        return lines.filter { line in !differing.contains { line.hasPrefix($0) } }.joined(separator: "\n")
    }

    /// Runs a script as psql does, statement by statement, and ends at the first error.
    static func psql(_ script: String) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "backops-\(UUID().uuidString).sql")
        try script.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        _ = try await run("psql", ["--no-psqlrc", "--set=ON_ERROR_STOP=1", "--quiet", "--file=\(file.path)"])
    }

    private static func run(_ program: String, _ arguments: [String]) async throws -> String {
        let server = try #require(try await TestServer.shared.dev)
        let path = try #require(try PostgresPrograms.find(minimumMajor: 15).path(of: program))
        let name: String = try await TestDatabase.current.value("select current_database()::text")
        let result = try await Subprocess.run(
            .path(FilePath(path)),
            arguments: Arguments(arguments + [server.connectionString(database: name)]),
            output: .string(limit: 4_000_000),
            error: .string(limit: 100_000)
        )
        try #require(result.terminationStatus.isSuccess, "\(program): \(result.standardError)")
        return result.standardOutput
    }
}
