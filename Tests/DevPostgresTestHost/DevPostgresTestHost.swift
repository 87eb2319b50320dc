import DevPostgres
import Foundation

/// Starts a server, writes a report about it, and stops the server when its input ends, if nobody kills it before.
///
/// Arguments: the server's folder, or `-` for a throw-away one; the file for the report.
@main
struct DevPostgresTestHost {
    static func main() async throws {
        let arguments = CommandLine.arguments
        let directory = arguments[1] == "-" ? nil : arguments[1]
        let server: DevPostgres
        do {
            server = try await DevPostgres.start(.init(directory: directory))
        } catch {
            try "\(error)".write(toFile: arguments[2], atomically: true, encoding: .utf8)
            throw error
        }
        let report = [
            server.directory, server.connectionString(), "\(server.postmasterPID ?? 0)",
            "\(server.ownsServer)",
        ]
        try report.joined(separator: "\n").write(toFile: arguments[2], atomically: true, encoding: .utf8)
        while readLine() != nil {}
        try await server.stop()
    }
}
