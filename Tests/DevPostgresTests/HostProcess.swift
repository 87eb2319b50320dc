import Foundation
import Subprocess

#if canImport(System)
import System
#else
import SystemPackage
#endif

/// Another process that has started a server.
struct HostProcess: Sendable {
    let directory: String
    let connection: String
    let postmasterPID: Int32
    let ownsServer: Bool
    let kill: @Sendable () throws -> Void

    /// Starts the process, runs the body once its server is up, and lets it end properly if it still lives.
    static func run(
        directory: String?,
        _ body: (HostProcess) async throws -> Void
    ) async throws {
        try await withTestFolder { folder in
            let report = "\(folder)/report"
            _ = try await Subprocess.run(
                .path(FilePath(try executable)),
                arguments: [directory ?? "-", report],
                input: .inputWriter,
                output: .discarded,
                error: .discarded
            ) { execution in
                guard try await eventually({ FileManager.default.fileExists(atPath: report) }) else {
                    throw HostError.noReport
                }
                let lines = try String(contentsOfFile: report, encoding: .utf8).split(separator: "\n")
                guard lines.count == 4 else { throw HostError.failed(lines.joined(separator: "\n")) }
                let process = execution.processIdentifier
                try await body(
                    HostProcess(
                        directory: String(lines[0]),
                        connection: String(lines[1]),
                        postmasterPID: Int32(lines[2]) ?? 0,
                        ownsServer: lines[3] == "true",
                        kill: { try process.kill() }
                    )
                )
                try? await execution.standardInputWriter.finish()
            }
        }
    }

    /// The program lies beside the test bundle, whose path is among the arguments of every test runner.
    private static var executable: String {
        get throws {
            for argument in CommandLine.arguments {
                guard let range = argument.range(of: ".xctest") else { continue }
                let bundle = URL(filePath: String(argument[..<range.upperBound]))
                let path = bundle.deletingLastPathComponent().appending(path: "DevPostgresTestHost").path
                if FileManager.default.isExecutableFile(atPath: path) { return path }
            }
            throw HostError.noProgram
        }
    }
}

extension ProcessIdentifier {
    fileprivate func kill() throws {
        guard Foundation.kill(value, SIGKILL) == 0 else { throw HostError.notKilled }
    }
}

enum HostError: Error {
    case noReport, noProgram, notKilled
    case failed(String)
}
