import BackOps
import BackOpsTesting
import LibPQ
import Logging
import Synchronization

/// Writes down what actions did, in order.
final class Journal: Sendable {
    private let lines = Mutex<[String]>([])

    func note(_ line: String) { lines.withLock { $0.append(line) } }

    var entries: [String] { lines.withLock { $0 } }
}

/// Keeps the messages that are logged.
struct RecordingLogHandler: LogHandler {
    let journal: Journal
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { journal.note("\(event.message)") }
}

extension BackOpsWorker {
    /// A worker on the running test's database, silent, with a short lease unless the test says otherwise.
    ///
    /// It keeps stacks only where a test is about them: in a binary as large as that of the tests every new one takes seconds to be looked up.
    static func test(
        _ configure: (inout WorkerConfiguration) -> Void = { _ in },
        actions: [any Plannable] = [],
        @OperationsBuilder operations: () -> [any OperationDefinition]
    ) throws -> BackOpsWorker {
        var configuration = WorkerConfiguration()
        configuration.concurrency = 4
        configuration.pollInterval = .milliseconds(200)
        configuration.gracePeriod = .seconds(10)
        configuration.stackTraces = .off
        configure(&configuration)
        return try BackOpsWorker(
            TestDatabase.current.database,
            configuration: configuration,
            actions: actions,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            operations: operations
        )
    }
}

/// Runs a worker in the background while a closure runs, then stops it as SIGTERM would.
func working<R: Sendable>(_ worker: BackOpsWorker, _ body: () async throws -> R) async throws -> R {
    let task = Task { try await worker.run() }
    do {
        let result = try await body()
        task.cancel()
        try await task.value
        return result
    } catch {
        task.cancel()
        try await task.value
        throw error
    }
}

/// A client of the running test's database, closed afterwards.
func withClient<R: Sendable>(_ body: (BackOpsClient) async throws -> R) async throws -> R {
    let client = BackOpsClient(TestDatabase.current.database)
    do {
        let result = try await body(client)
        await client.close()
        return result
    } catch {
        await client.close()
        throw error
    }
}

/// Forgets which functions the schema must have, so that a worker starts although a test has changed one.
func forgetFunctions() async throws {
    try await TestDatabase.current.query("update engine set objects = '{}'")
}
