import BackOpsTesting
import BackOpsTestingTraits
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

/// Shows what every migration changes, in review.
@Suite(.backops(isolation: .database), .timeLimit(.minutes(10))) struct `The dump of the schema` {
    private static let golden = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "schema.sql"
    )
    private static let renews = ProcessInfo.processInfo.environment["BACKOPS_RENEW_GOLDEN"] == "1"

    /// Other versions dump the same schema in other words.
    @Test(.enabled(if: hasDump15, "the golden dump is one of pg_dump 15, of a private server"))
    func `is the one in schema.sql; BACKOPS_RENEW_GOLDEN=1 renews it`() async throws {
        let dump = try await dump()
        if Self.renews { try dump.write(to: Self.golden, atomically: true, encoding: .utf8) }
        let golden = try String(contentsOf: Self.golden, encoding: .utf8)
        let (expected, actual) = (golden.split(separator: "\n"), dump.split(separator: "\n"))
        let difference = actual.difference(from: expected).map { change in
            switch change {
            case .insert(_, let line, _): "+ \(line)"
            case .remove(_, let line, _): "- \(line)"
            }
        }
        #expect(difference.isEmpty, "Look at the difference, then run the tests with BACKOPS_RENEW_GOLDEN=1.")
    }

    private static var hasDump15: Bool {
        guard ProcessInfo.processInfo.environment["BACKOPS_TEST_DATABASE_URL"] == nil,
            let programs = try? PostgresPrograms.find(minimumMajor: 15)
        else { return false }
        return programs.majorVersion == 15 && programs.path(of: "pg_dump") != nil
    }

    /// The output of pg_dump without what differs between machines.
    private func dump() async throws -> String {
        let server = try #require(try await TestServer.shared.dev)
        let path = try #require(try PostgresPrograms.find(minimumMajor: 15).path(of: "pg_dump"))
        let name: String = try await TestDatabase.current.value("select current_database()::text")
        let result = try await Subprocess.run(
            .path(FilePath(path)),
            arguments: [
                "--schema-only", "--no-owner", "--schema=backops", server.connectionString(database: name),
            ],
            output: .string(limit: 4_000_000),
            error: .string(limit: 100_000)
        )
        try #require(result.terminationStatus.isSuccess, "\(result.standardError)")
        let lines = result.standardOutput.split(separator: "\n", omittingEmptySubsequences: false)
        let differing = ["-- Dumped ", "\\restrict", "\\unrestrict"]
        return lines.filter { line in !differing.contains { line.hasPrefix($0) } }.joined(separator: "\n")
    }
}
