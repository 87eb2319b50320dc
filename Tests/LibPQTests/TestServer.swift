import DevPostgres
import Foundation
import LibPQ
import Synchronization
import Testing

/// Gives the tests one PostgreSQL: that of `BACKOPS_TEST_DATABASE_URL`, or a private one for this process.
///
/// Suites that use it carry the trait `.server`, which starts it.
enum TestServer {
    private static let url = ProcessInfo.processInfo.environment["BACKOPS_TEST_DATABASE_URL"]
    private static let started = Mutex<DevPostgres?>(nil)
    private static let starting = Task {
        var settings = DevPostgres.Settings()
        settings.maxConnections = 200
        return url == nil ? try await DevPostgres.start(settings) : nil
    }

    /// Whether the server is this process's own, and may be treated badly.
    static var isPrivate: Bool { url == nil }

    /// The directory of the private server's socket, nil if the tests run against another one.
    static var socketDirectory: String? { started.withLock { $0?.socketDirectory } }

    static var conninfo: String {
        url ?? started.withLock { $0?.connectionString() } ?? "host=/nowhere"
    }

    static var options: PQOptions {
        var options = PQOptions(conninfo)
        options.applicationName = "LibPQTests"
        return options
    }

    /// Starts it, unless it runs; it ends with this process.
    static func start() async throws {
        let server = try await starting.value
        started.withLock { $0 = server }
    }
}

/// Starts the server before the first test of a suite.
struct ServerTrait: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    @concurrent
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await TestServer.start()
        try await function()
    }
}

extension Trait where Self == ServerTrait {
    static var server: Self { ServerTrait() }
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

/// Waits until a condition holds, asking again and again, until the test is cancelled at its time limit.
///
/// It sleeps in between: tests that only yield to each other keep all threads busy, and starve the others.
func until(_ condition: () -> Bool) async throws {
    while !condition() { try await Task.sleep(for: .milliseconds(1)) }
}

/// Waits until a condition on the server holds, asking again and again; fails the test when it hangs.
func eventually(_ condition: SQLStatement, on pool: PQPool) async throws {
    let deadline = ContinuousClock.now + .seconds(600)
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
