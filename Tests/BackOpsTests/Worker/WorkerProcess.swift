import BackOps
import BackOpsTesting
import Foundation

/// A worker in a process of its own, which can be killed.
final class WorkerProcess {
    private let process = Process()

    /// Starts `TestWorker` on the running test's database, with a lease in seconds.
    init(pauseMilliseconds pause: Int, lease: Int) throws {
        let folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        process.executableURL = folder.appending(path: "TestWorker")
        process.arguments = [
            TestDatabase.current.database.conninfo, TestDatabase.current.schema, String(pause), String(lease),
        ]
        process.environment = ProcessInfo.processInfo.environment.merging(TestDatabase.current.variables) {
            $1
        }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    var pid: Int32 { process.processIdentifier }

    func kill() { Foundation.kill(pid, SIGKILL) }

    /// Stops it as an operator would, and waits until it has left.
    ///
    /// - Returns: Its exit code; nil when a signal ended it.
    func stop() -> Int32? {
        process.terminate()
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : nil
    }
}
