import BackOps
import Foundation
import TestSupport

/// A worker process of the run.
final class WorkerProcess: Sendable {
    var pid: Int32 { process.pid }
    /// Where its standard error goes.
    let log: URL
    private let process: ChildProcess

    /// Starts this program again, as a worker.
    ///
    /// - Throws: What the system says when there is no process left.
    init(conninfo: String, _ settings: RunSettings, log: URL) throws {
        try Data().write(to: log)
        process = try ChildProcess(
            Self.program(),
            [
                "work", conninfo, "\(settings.slots)", "\(Int64(settings.lease / .milliseconds(1)))",
                "\(settings.seed)",
            ],
            log: log
        )
        self.log = log
    }

    /// The running program's own file, whatever it was called as.
    private static func program() throws -> URL {
        let link = "/proc/self/exe"
        if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: link) {
            return URL(filePath: path)
        }
        return URL(filePath: CommandLine.arguments[0])
    }

    var isRunning: Bool { process.isRunning }

    /// How it ended; nil while it runs.
    var end: String? { process.end }

    func send(_ signal: Int32) { process.send(signal) }

    /// Returns how it ended, or nil when it has not within a limit.
    func waitForEnd(_ limit: Duration) async throws -> String? {
        let deadline = ContinuousClock.now + limit
        while end == nil, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(20)) }
        return end
    }
}
