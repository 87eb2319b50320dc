import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A private PostgreSQL server for development, tests and demonstrations.
///
/// ``start(_:)`` makes a server in a folder of its own and starts it; it takes 0.2 s once a template is
/// cached, 0.1 s in a folder used before. The server ends with ``stop(mode:)``, when this object is
/// released, or within a moment of this process's death, `kill -9` included. Its superuser is `postgres`,
/// without a password; only the user that started it (and root) can reach the socket.
///
/// Processes that start a server in the same folder share one: the first owns it, the others connect to it.
///
/// ## Topics
/// ### Starting
/// - ``start(_:)``
/// - ``withDevPostgres(_:_:)``
/// - ``Settings``
/// - ``PostgresPrograms``
/// ### Connecting
/// - ``connectionString(database:)``
/// - ``url(database:)``
/// - ``createDatabase(_:template:)``
/// ### Stopping and breaking
/// - ``stop(mode:)``
/// - ``restart(mode:)``
/// - ``kill()``
public final class DevPostgres: Sendable {
    /// How a server is told to stop.
    public enum ShutdownMode: Sendable, Hashable {
        /// Ends connections and writes everything to disk.
        case fast
        /// Ends at once; the next start recovers from the log. No commit is lost.
        case immediate

        fileprivate var signal: SystemCall.Signal { self == .fast ? .fastShutdown : .immediateShutdown }
    }

    /// The folder of the server: its data in `data`, its messages in `server.log`.
    ///
    /// Absolute, without links.
    public let directory: String

    /// The folder of the Unix socket, what libpq calls `host`.
    ///
    /// Mostly ``directory``, or a short one if that is too long.
    public let socketDirectory: String

    /// The port, part of the socket's name; on 127.0.0.1 only if ``Settings/port`` asked for it.
    public let port: Int

    /// The exact version of the server programs, such as `15.18`.
    public let version: String

    /// Whether this object started the server and stops it; false when another process did.
    public let ownsServer: Bool

    let programs: PostgresPrograms
    private let cluster: ClusterDirectory
    private let startServer: ServerStart?
    private let state: Mutex<State>

    private struct State {
        var running: ServerStart.Running?
        var lock: FileLock?
    }

    /// Starts a server, or connects to the one that runs in the same folder.
    ///
    /// Returns when the server takes connections. Without settings it is a throw-away server. Settings
    /// other than the folder have no effect on a server that another process started.
    ///
    /// - Parameter settings: Where and how.
    /// - Returns: A server that takes connections.
    /// - Throws: ``DevPostgresError``; its `log` shows the end of the server's log. `CancellationError`
    ///   when the task is cancelled; no server is left then.
    public static func start(_ settings: Settings = .init()) async throws -> DevPostgres {
        try await Launch(settings)()
    }

    init(owning running: ServerStart.Running, start: ServerStart, lock: FileLock) {
        directory = start.directory.path
        socketDirectory = start.socketDirectory
        port = running.file.port ?? ServerCommand.usualPort
        version = start.programs.version
        ownsServer = true
        programs = start.programs
        cluster = start.directory
        startServer = start
        state = Mutex(State(running: running, lock: lock))
    }

    init(guestOf file: PostmasterFile, directory: ClusterDirectory, programs: PostgresPrograms) {
        self.directory = directory.path
        socketDirectory = file.socketDirectory ?? directory.path
        port = file.port ?? ServerCommand.usualPort
        version = programs.version
        ownsServer = false
        self.programs = programs
        cluster = directory
        startServer = nil
        state = Mutex(State(running: nil, lock: nil))
    }
}

// MARK: - The server's life

extension DevPostgres {
    /// How long a server may take for a signal before it gets a harsher one.
    private static let patience = Duration.seconds(30)

    /// Whether the server takes connections, or, if it is ours, at least has not ended.
    public var isRunning: Bool { postmasterPID != nil }

    /// The number of the server's main process, or nil when the server is not running.
    public var postmasterPID: Int32? {
        guard ownsServer else {
            guard case .ready(let file) = cluster.serverState() else { return nil }
            return file.processID
        }
        guard let running = state.withLock({ $0.running }), running.supervisor.reasonOfEnd == nil else {
            return nil
        }
        return running.file.processID
    }

    /// Stops the server, and removes its folder if that was a temporary one.
    ///
    /// Does nothing to a server that another process owns, or that is stopped already. Not cut short by
    /// cancellation. A server that does not obey within 30 s is killed.
    ///
    /// - Parameter mode: Whether it may take its time.
    /// - Throws: ``DevPostgresError`` with ``DevPostgresError/Code/stopFailed`` when it survives even that.
    public func stop(mode: ShutdownMode = .fast) async throws {
        guard let startServer else { return }
        try await Task {
            try await self.end(mode)
            // Removed before the lock is given up, so that nobody starts in what is being removed.
            let released = self.state.withLock { state in
                let released = state
                state = State(running: nil, lock: nil)
                return released
            }
            guard released.lock != nil else { return }
            if self.socketDirectory != self.directory {
                SystemCall.removeEmptyDirectory(self.socketDirectory)
            }
            if startServer.isTemporary { try? FileManager.default.removeItem(atPath: self.directory) }
            withExtendedLifetime(released) {}
        }.value
    }

    /// Stops the server and starts it again in the same place; starts it if it was killed or crashed.
    ///
    /// - Parameter mode: How it stops.
    /// - Throws: ``DevPostgresError`` with ``DevPostgresError/Code/notOwner`` when another process owns
    ///   the server, ``DevPostgresError/Code/notRunning`` after ``stop(mode:)``, or what ``start(_:)``
    ///   throws.
    public func restart(mode: ShutdownMode = .fast) async throws {
        guard let startServer else {
            throw DevPostgresError(.notOwner, "The server in \(directory) belongs to another process.")
        }
        guard state.withLock({ $0.lock != nil }) else {
            throw DevPostgresError(.notRunning, "The server in \(directory) was stopped for good.")
        }
        try await Task {
            try await self.end(mode)
            let running = try await startServer()
            self.state.withLock { $0.running = running }
        }.value
    }

    /// Kills the server's main process with SIGKILL, as a crash would; its other processes follow by
    /// themselves.
    ///
    /// Does not wait. ``restart(mode:)`` starts the server again, which then recovers. Does nothing when
    /// the server is not running, or belongs to another process.
    public func kill() {
        guard ownsServer, let process = postmasterPID else { return }
        SystemCall.send(.kill, to: process)
    }

    /// Returns when no process of the server lives any more.
    private func end(_ mode: ShutdownMode) async throws {
        guard let running = state.withLock({ $0.running }) else { return }
        for signal in [mode.signal, .immediateShutdown, .kill] {
            if running.supervisor.reasonOfEnd == nil { SystemCall.send(signal, to: running.file.processID) }
            if try await running.supervisor.hasEnded(within: Self.patience), try await hasNoSurvivors() {
                return
            }
        }
        throw DevPostgresError(
            .stopFailed,
            "The server in \(directory) (process \(running.file.processID)) does not end."
        )
    }

    /// Whether the processes that outlive a killed main process have ended too.
    ///
    /// Until then they hold shared memory that is found by the folder's inode. If the folder were removed, another
    /// server's folder could get that inode, and would be refused as in use.
    private func hasNoSurvivors() async throws -> Bool {
        // No lock where somebody removed the folder under the server.
        guard let lock = try? FileLock(cluster.serverLock) else { return true }
        return try await Polling.answer(within: Self.patience) { lock.tryLock() ? true : nil } ?? false
    }
}
