import Foundation
import LibPQ
import Synchronization
import Testing

/// Gives the tests one PostgreSQL: that of `BACKOPS_TEST_DATABASE_URL`, or a private one for this process.
enum TestServer {
    struct Private {
        let directory: String
        var conninfo: String { "host=\(directory) user=postgres dbname=postgres" }
        /// Holds the server up: when this process ends, however it ends, the pipe closes and the server stops.
        let lifeline: Pipe
    }

    private static let url = ProcessInfo.processInfo.environment["BACKOPS_TEST_DATABASE_URL"]
    private static let started: Private? = url == nil ? start() : nil

    /// The directory of the private server's socket, nil if the tests run against another one.
    static var socketDirectory: String? { started?.directory }

    static var conninfo: String {
        url ?? started?.conninfo ?? "host=/nowhere"
    }

    static var options: PQOptions {
        var options = PQOptions(conninfo)
        options.applicationName = "LibPQTests"
        return options
    }

    /// Starts a server that runs as long as this process does.
    static func start(settings: String = "") -> Private? {
        let directory = "/tmp/pqtest-\(UUID().uuidString.prefix(8))"
        let script = """
            bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | head -1)
            PATH="$bin:$PATH"; d=\(directory); cd /
            mkdir -m 700 $d && initdb -D $d/data -U postgres -N -A trust -E UTF8 --locale=C --no-instructions >$d/log 2>&1 &&
            pg_ctl -D $d/data -l $d/log -w -o "-c listen_addresses='' -c unix_socket_directories=$d -c fsync=off \
            -c max_connections=200 -c shared_buffers=64MB \(settings)" start >/dev/null && echo ready && cat >/dev/null
            pg_ctl -D $d/data -m immediate stop >/dev/null; rm -rf $d
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: geteuid() == 0 ? "/usr/sbin/runuser" : "/bin/sh")
        process.arguments = (geteuid() == 0 ? ["-u", "postgres", "--", "/bin/sh"] : []) + ["-c", script]
        let (lifeline, answer) = (Pipe(), Pipe())
        process.standardInput = lifeline
        process.standardOutput = answer
        guard (try? process.run()) != nil, !answer.fileHandleForReading.availableData.isEmpty else {
            return nil
        }
        return Private(directory: directory, lifeline: lifeline)
    }
}

/// Opens a connection of the test's own, and closes it after.
@discardableResult
func withConnection<R>(
    _ options: PQOptions = TestServer.options,
    _ body: (PQConnection) async throws -> R
) async throws -> R {
    let connection = try await PQConnection.connect(options)
    do {
        let result = try await body(connection)
        await connection.close()
        return result
    } catch {
        await connection.close()
        throw error
    }
}

/// Runs a closure and returns the error of this module that it throws.
func errorOf<R>(_ body: () async throws -> R) async -> PQError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? PQError
    }
}

/// Waits until a condition on the server holds, asking again and again; fails the test after half a minute.
func eventually(_ condition: SQLStatement, on pool: PQPool) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < deadline {
        if try await pool.query(condition)[0].decode(0, as: Bool.self) { return }
        await Task.yield()
    }
    Issue.record("never became true: \(condition)")
}

/// Makes a name that no other test has.
func uniqueName(_ prefix: String = "t") -> String {
    prefix + "_" + UUID().uuidString.replacing("-", with: "").lowercased()
}
