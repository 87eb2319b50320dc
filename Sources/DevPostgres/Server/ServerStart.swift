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

    /// Starts the server once the survivors of a killed one have ended.
    ///
    /// - Throws: `startFailed` with the end of the log, or `CancellationError`; a server that has begun
    ///   then ends by itself.
    func callAsFunction() async throws -> Running {
        let lock = try FileLock(directory.serverLock)
        let isFree = try await Polling.answer(within: settings.startTimeout) { lock.tryLock() ? true : nil }
        guard isFree == true else {
            throw failure("the processes of the previous server did not end within \(settings.startTimeout).")
        }
        directory.removeMisleadingServerFile()
        let leftover = PostmasterFile(dataDirectory: directory.data)
        let logSize = rotatedLogSize()
        let supervisor = try Supervisor(server(lock))
        let outcome = try await Polling.answer(within: settings.startTimeout) { () -> Outcome? in
            state(of: supervisor, after: leftover)
        }
        let log = LogTail.lastLines(ofFile: directory.log, after: logSize)
        switch outcome {
        case .ready(let file): return Running(supervisor: supervisor, file: file)
        case .ended(let reason): throw failure(reason, log: log)
        case nil: throw failure("it was not ready within \(settings.startTimeout).", log: log)
        }
    }

    private func failure(_ reason: String, log: String? = nil) -> DevPostgresError {
        let message = "PostgreSQL \(programs.version) did not start in \(directory.path): \(reason)"
        return DevPostgresError(.startFailed, message, log: log)
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

    private func server(_ lock: FileLock) -> Supervisor.Server {
        Supervisor.Server(
            command: ServerCommand.arguments(
                programs: programs,
                data: directory.data,
                socketDirectory: socketDirectory,
                settings: settings
            ),
            log: directory.log,
            lock: lock,
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
