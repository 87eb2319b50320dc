import BackOpsCommand
import Subprocess

#if canImport(System)
import System
#else
import SystemPackage
#endif

/// PostgreSQL's own benchmark program.
///
/// See <https://www.postgresql.org/docs/current/pgbench.html>.
struct Pgbench {
    let program: String
    let conninfo: String

    /// How long each run lasts.
    let seconds: Int

    /// Runs a script over and over, and returns how many times per second.
    ///
    /// - Throws: ``Problem`` with what the program said.
    func run(_ script: String, connections: Int) async throws -> Double {
        let arguments = [
            "--no-vacuum", "--protocol=prepared", "--client=\(connections)", "--jobs=\(min(connections, 2))",
            "--time=\(seconds)", "--file=-", conninfo,
        ]
        let result = try await Subprocess.run(
            .path(FilePath(program)),
            arguments: Arguments(arguments),
            environment: .inherit.updating(["LC_ALL": "C"]),
            input: .string(script),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        guard result.terminationStatus.isSuccess, let rate = Self.rate(in: result.standardOutput) else {
            throw Problem(.error, "pgbench failed: \(result.standardError.suffix(2000))")
        }
        return rate
    }

    /// Reads `tps = 4360.123456 (without initial connection time)`.
    static func rate(in output: String) -> Double? {
        output.split(separator: "\n").first { $0.hasPrefix("tps = ") }?
            .split(separator: " ").dropFirst(2).first.flatMap { Double($0) }
    }
}
