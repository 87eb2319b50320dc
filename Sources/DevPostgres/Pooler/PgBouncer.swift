import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A PgBouncer in transaction mode in front of a private server, for tests of what has to work through one.
///
/// It leads to every database of the server, as the server's superuser, on a Unix socket in the server's folder. It ends
/// when this object is released, or within a moment of this process's death.
package final class PgBouncer: Sendable {
    private let program: String
    private let server: DevPostgres
    private let account: ServerAccount
    private let supervisor: Mutex<Supervisor?>

    /// The database that takes commands for the pooler itself, from anyone who reaches the socket.
    package static let console = "pgbouncer"

    /// The port, part of the socket's name.
    private static let port = 6432

    /// How long starting, and ending after ``kill()``, may take.
    private static let patience = Duration.seconds(30)

    private var lockFile: String { "\(server.directory)/pgbouncer.lock" }
    private var configuration: String { "\(server.directory)/pgbouncer.ini" }
    private var log: String { "\(server.directory)/pgbouncer.log" }
    private var processFile: String { "\(server.directory)/pgbouncer.pid" }

    /// The program: what the variable `BACKOPS_TEST_PGBOUNCER` names, else what Debian installs; nil when it is not there.
    package static var program: String? {
        let path = ProcessInfo.processInfo.environment["BACKOPS_TEST_PGBOUNCER"] ?? "/usr/sbin/pgbouncer"
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }

    /// Starts a PgBouncer, and returns when it takes connections.
    ///
    /// - Parameters:
    ///   - program: The path of `pgbouncer`.
    ///   - server: The server behind it.
    ///   - poolSize: The most connections to one database of the server, 1 or more: as many transactions run at once.
    /// - Returns: A PgBouncer that takes connections.
    /// - Throws: ``DevPostgresError``; its `log` shows the end of the log. `CancellationError`.
    package static func start(
        _ program: String,
        before server: DevPostgres,
        poolSize: Int
    ) async throws -> PgBouncer {
        let pooler = PgBouncer(
            program,
            server,
            try ClusterDirectory(existing: server.directory).account()
        )
        do {
            let text = pooler.settings(poolSize: poolSize)
            try text.write(toFile: pooler.configuration, atomically: true, encoding: .utf8)
        } catch {
            throw DevPostgresError(.directoryUnusable, "\(pooler.configuration) cannot be written: \(error).")
        }
        try await pooler.launch()
        return pooler
    }

    private init(_ program: String, _ server: DevPostgres, _ account: ServerAccount) {
        self.program = program
        self.server = server
        self.account = account
        supervisor = Mutex(nil)
    }

    /// Writes what libpq needs to connect through it.
    ///
    /// - Parameter database: The database's name.
    /// - Returns: A connection string of keywords and values.
    package func connectionString(database: String = "postgres") -> String {
        let values = [
            ("host", server.socketDirectory), ("port", "\(Self.port)"), ("user", DevPostgres.user),
            ("dbname", database),
        ]
        return values.map { "\($0)=\(ConnectionText.quoted($1))" }.joined(separator: " ")
    }

    /// Ends it as a crash would, and waits until it has: its clients and the server see their connections cut.
    ///
    /// - Throws: ``DevPostgresError`` with ``DevPostgresError/Code/notRunning`` or ``DevPostgresError/Code/stopFailed``.
    package func kill() async throws {
        guard let process = processID, let running = supervisor.withLock({ $0 }) else {
            throw DevPostgresError(.notRunning, "PgBouncer is not running in \(server.directory).")
        }
        SystemCall.send(.kill, to: process)
        guard try await running.hasEnded(within: Self.patience) else {
            throw DevPostgresError(.stopFailed, "PgBouncer (process \(process)) does not end.")
        }
        supervisor.withLock { $0 = nil }
    }

    /// Starts it again after ``kill()``, with the same settings on the same socket.
    ///
    /// - Throws: As ``start(_:before:poolSize:)``.
    package func restart() async throws { try await launch() }

    private func launch() async throws {
        let lock = try FileLock(lockFile)
        guard try await Polling.answer(within: Self.patience, { lock.tryLock() ? true : nil }) == true else {
            throw failure("the one before it did not end")
        }
        let started = try Supervisor(
            Supervisor.Server(
                command: [program, configuration],
                log: log,
                lock: lock,
                temporaryDirectory: nil,
                account: account
            )
        )
        let socket = "\(server.socketDirectory)/.s.PGSQL.\(Self.port)"
        let isReady = try await Polling.answer(within: Self.patience) { () -> Bool? in
            if started.reasonOfEnd != nil { return false }
            return SystemCall.canConnect(toSocket: socket) ? true : nil
        }
        guard isReady == true else { throw failure(started.reasonOfEnd ?? "it was not ready in time") }
        supervisor.withLock { $0 = started }
    }

    private func failure(_ reason: String) -> DevPostgresError {
        DevPostgresError(
            .startFailed,
            "\(program) did not start in \(server.directory): \(reason)",
            log: LogTail.lastLines(ofFile: log, after: 0)
        )
    }

    private var processID: Int32? {
        guard let text = FileManager.default.contents(atPath: processFile) else { return nil }
        return Int32(String(decoding: text, as: UTF8.self).prefix(while: \.isNumber))
    }

    /// Whoever reaches the socket is let in, as at the server's own: the folder keeps others out.
    ///
    /// Nothing is added to PgBouncer's defaults to make it more tolerant: it refuses start-up parameters that it does not
    /// know, and undoes no session state between transactions.
    private func settings(poolSize: Int) -> String {
        """
        [databases]
        * = host=\(server.socketDirectory) port=\(server.port) user=\(DevPostgres.user)

        [pgbouncer]
        listen_addr =
        listen_port = \(Self.port)
        unix_socket_dir = \(server.socketDirectory)
        pidfile = \(processFile)
        auth_type = any
        pool_mode = transaction
        default_pool_size = \(poolSize)
        max_client_conn = 1000
        log_connections = 0
        log_disconnections = 0

        """
    }
}
