package import Foundation

/// A program in a process of its own, which can be killed, frozen and waited for.
package final class ChildProcess: Sendable {
    private let process: Process

    package let pid: Int32

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: Its file.
    ///   - arguments: What it is given.
    ///   - environment: Variables beside those of this process, or in their place.
    ///   - log: Where its standard error goes; nil is nowhere.
    /// - Throws: What the system says when it cannot be started.
    package init(
        _ program: URL,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        log: URL? = nil
    ) throws {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try log.map { try FileHandle(forWritingTo: $0) } ?? FileHandle.nullDevice
        try process.run()
        self.process = process
        pid = process.processIdentifier
    }

    /// The file of a program of this package, which lies beside the tests.
    package static func program(_ name: String) -> URL {
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: name)
    }

    package var isRunning: Bool { process.isRunning }

    /// How it ended; nil while it runs.
    package var end: String? {
        guard !process.isRunning else { return nil }
        return process.terminationReason == .exit
            ? "exit code \(process.terminationStatus)" : "signal \(process.terminationStatus)"
    }

    /// Sends a signal, unless it has ended.
    package func send(_ signal: Int32) {
        if process.isRunning { kill(pid, signal) }
    }

    /// Waits for its end.
    ///
    /// - Returns: Its exit code; nil when a signal ended it.
    package func wait() -> Int32? {
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : nil
    }

    /// Stops it as an operator would, and waits until it has left.
    ///
    /// - Returns: Its exit code; nil when a signal ended it.
    package func stop() -> Int32? {
        send(SIGTERM)
        return wait()
    }
}
