#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Starts the server of a directory that this process owns, and waits until it takes connections.
struct ServerStart {
    let programs: PostgresPrograms
    let directory: ClusterDirectory
    let account: ServerAccount
    let socketDirectory: String
    let settings: DevPostgres.Settings
    let isTemporary: Bool

    /// A server that is up.
    struct Running: Sendable {
        let supervisor: Supervisor
        let file: PostmasterFile
    }

    private static let largestLog: UInt64 = 16 << 20

    /// Starts the server; as often as need be while the survivors of a killed one still end.
    ///
    /// - Throws: `startFailed` with the end of the log, or `CancellationError`; no server is left then.
    func callAsFunction() async throws -> Running {
        let end = ContinuousClock.now + settings.startTimeout
        while true {
            let logSize = rotatedLogSize()
            directory.removeMisleadingServerFile()
            let leftover = PostmasterFile(dataDirectory: directory.data)
            let supervisor = try Supervisor(server)
            let outcome = try await Polling.answer(within: end - ContinuousClock.now) { () -> Outcome? in
                state(of: supervisor, after: leftover)
            }
            if case .ready(let file) = outcome { return Running(supervisor: supervisor, file: file) }
            let log = LogTail.lastLines(ofFile: directory.log, after: logSize)
            guard case .ended(let reason) = outcome else {
                throw DevPostgresError(
                    .startFailed,
                    "PostgreSQL \(programs.version) was not ready within \(settings.startTimeout).",
                    log: log
                )
            }
            guard log.contains("is still in use"), ContinuousClock.now < end else {
                throw DevPostgresError(
                    .startFailed,
                    "PostgreSQL \(programs.version) did not start in \(directory.path). \(reason)",
                    log: log
                )
            }
            try await Task.sleep(for: Polling.interval)
        }
    }

    private enum Outcome {
        case ready(PostmasterFile)
        case ended(String)
    }

    private func state(of supervisor: Supervisor, after leftover: PostmasterFile?) -> Outcome? {
        if let reason = supervisor.reasonOfEnd { return .ended(reason) }
        guard let file = PostmasterFile(dataDirectory: directory.data), file.saysReady else { return nil }
        // The number of a dead server may come again; its time does not.
        if let leftover, leftover.processID == file.processID, leftover.startTime == file.startTime {
            return nil
        }
        guard let socket = file.socketPath, SystemCall.canConnect(toSocket: socket) else { return nil }
        return .ready(file)
    }

    private var server: Supervisor.Server {
        Supervisor.Server(
            command: ServerCommand.arguments(
                programs: programs,
                data: directory.data,
                socketDirectory: socketDirectory,
                settings: settings
            ),
            log: directory.log,
            temporaryDirectory: isTemporary ? directory.path : nil,
            account: account
        )
    }

    /// Puts a long log aside, and returns the bytes that precede this start.
    private func rotatedLogSize() -> UInt64 {
        let size = LogTail.size(ofFile: directory.log)
        guard size > Self.largestLog, SystemCall.move(directory.log, to: "\(directory.log).old") else {
            return size
        }
        return 0
    }
}
