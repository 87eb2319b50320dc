import Subprocess

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

#if canImport(System)
import System
#else
import SystemPackage
#endif

/// A program that does its work and ends: `initdb`, `cp`, `createdb`.
struct Command {
    let program: String
    let arguments: [String]
    /// Nil: as this process's own user.
    var account: ServerAccount?

    /// Runs the program and returns nil if it succeeded, or else what it said.
    ///
    /// Output beyond a megabyte is an error. Cancelling the task ends the program.
    func failure() async throws -> String? {
        let command = [program] + arguments
        let asUser = account?.command(command) ?? command
        let result = try await Subprocess.run(
            .path(FilePath(asUser[0])),
            arguments: Arguments(Array(asUser.dropFirst())),
            environment: Self.environment,
            workingDirectory: "/",
            output: .string(limit: 1 << 20),
            error: .combinedWithOutput
        )
        guard !result.terminationStatus.isSuccess else { return nil }
        let said = LogTail.lastLines(of: result.standardOutput)
        return said.isEmpty ? "\(program): \(result.terminationStatus)" : said
    }

    /// Ours, without the variables that would lead PostgreSQL's programs elsewhere.
    ///
    /// Messages are in English.
    static var environment: Environment {
        var changes: [Environment.Key: String?] = ["LC_ALL": "C", "TZ": "UTC"]
        for name in ProcessInfo.processInfo.environment.keys where name.hasPrefix("PG") {
            if let key = Environment.Key(rawValue: name) { changes[key] = .some(nil) }
        }
        return .inherit.updating(changes)
    }
}
