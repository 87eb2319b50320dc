import Subprocess
import Synchronization

#if canImport(System)
import System
#else
import SystemPackage
#endif

/// A small shell that keeps one server and stops it when this process ends, however it ends.
///
/// The shell's input is a socket whose other end only this process holds. When the kernel closes that
/// end, the shell shuts the server down, and removes the folder of a throw-away server. (A parent-death
/// signal would not do: Linux sends it when the forking *thread* ends, and forgets it when the user
/// changes.) The shell has its own session, so that ^C in a terminal reaches us and not the server.
final class Supervisor: Sendable {
    struct Server {
        /// The server program and its arguments.
        let command: [String]
        let log: String
        /// Held by the shell and the server's processes until the last of them has ended.
        let lock: FileLock
        /// Removed by the shell if this process dies.
        let temporaryDirectory: String?
        let account: ServerAccount
    }

    private let lifeline: Int32
    private let ending: Ending

    /// Starts the shell; it starts the server at once, and appends the server's messages to the log.
    init(_ server: Server) throws(DevPostgresError) {
        guard let (ours, theirs) = SystemCall.connectedPair() else {
            throw DevPostgresError(.startFailed, "No socket for the supervisor: \(SystemCall.lastError).")
        }
        lifeline = ours
        let ending = Ending()
        self.ending = ending
        Task {
            do {
                ending.set(try await Self.run(server, input: FileDescriptor(rawValue: theirs)))
            } catch {
                ending.set("\(error)")
            }
        }
    }

    /// Lets go of the server, which then shuts down by itself.
    deinit { SystemCall.closeDescriptor(lifeline) }

    /// Why the server and its shell are gone, or nil while they are there.
    var reasonOfEnd: String? { ending.reason }

    /// Waits until the server has ended, and returns whether it has.
    func hasEnded(within limit: Duration) async throws -> Bool {
        try await Polling.answer(within: limit) { reasonOfEnd } != nil
    }

    private static func run(_ server: Server, input: FileDescriptor) async throws -> String {
        var options = PlatformOptions()
        options.createSession = true
        let command = server.account.command(
            ["/bin/sh", "-c", script, "sh", server.log, server.temporaryDirectory ?? ""] + server.command
        )
        let result = try await Subprocess.run(
            .path(FilePath(command[0])),
            arguments: Arguments(Array(command.dropFirst())),
            environment: Command.environment,
            workingDirectory: "/",
            platformOptions: options,
            input: .fileDescriptor(input, closeAfterSpawningProcess: true),
            output: .fileDescriptor(
                FileDescriptor(rawValue: server.lock.descriptor),
                closeAfterSpawningProcess: false
            )
        )
        return "it ended with \(result.terminationStatus)."
    }

    /// Starts the server, and stops it when the input ends.
    ///
    /// `$1` is the log, `$2` the folder to remove or nothing, the rest the server's command. Input is the socket,
    /// output the lock, which the server inherits as descriptor 4.
    ///
    /// The watcher's `read` is built in: killing the watcher leaves nothing behind that could later signal a
    /// process number that is no longer ours. It repeats its signal, because a server that has hardly begun
    /// still ignores it.
    private static let script = """
        log=$1 temporary=$2 orphaned=
        shift 2
        exec 3<&0 4>&1 </dev/null >/dev/null
        umask 077
        "$@" 3<&- >>"$log" 2>&1 &
        server=$!
        trap 'orphaned=1; kill -INT "$server"' TERM INT HUP
        { read -r _ <&3; kill -TERM $$; while kill -INT "$server"; do sleep 0.1; done; } 2>/dev/null &
        watcher=$!
        wait "$server"; status=$?
        while kill -0 "$server" 2>/dev/null; do wait "$server"; status=$?; done
        kill "$watcher" 2>/dev/null
        if [ -n "$orphaned" ] && [ -n "$temporary" ]; then rm -rf -- "$temporary"; fi
        exit "$status"
        """
}

/// How it ended, written once.
private final class Ending: Sendable {
    private let value = Mutex<String?>(nil)

    var reason: String? { value.withLock { $0 } }

    func set(_ reason: String) { value.withLock { $0 = reason } }
}
