import BackOps
import Foundation
import LibPQ

/// A worker process for tests of many processes: `TestWorker CONNINFO SCHEMA MILLISECONDS LEASE-SECONDS`.
///
/// Its operation has three actions; each writes a row into the table `effects` by a statement of its own, then works for
/// as long as it is told. It leaves when nothing is left to do.
@main
struct TestWorker {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 5, let pause = Int(arguments[3]), let lease = Int(arguments[4]) else {
            throw Usage()
        }
        let database = try BackOpsDatabase(
            conninfo: arguments[1],
            schema: arguments[2],
            overriding: ProcessInfo.processInfo.environment
        )
        let effects = BackOpsClient(database)
        var configuration = WorkerConfiguration()
        configuration.lease = .seconds(lease)
        configuration.concurrency = 20
        configuration.pollInterval = .milliseconds(100)
        let worker = try BackOpsWorker(database, configuration: configuration) {
            Counted(effects: effects, schema: arguments[2], pause: .milliseconds(pause))
        }
        try await worker.runUntilSignalled()
        await effects.close()
    }

    struct Usage: Error {}
}

struct Counted: OperationDefinition {
    let effects: BackOpsClient
    let schema: String
    let pause: Duration

    var branches: [Branch] {
        step("One")
        step("Two")
        step("Three")
    }

    private func step(_ name: String) -> Do {
        Do(name) { context in
            try await effects.pool.execute(
                """
                insert into \(identifier: schema).effects (operation_id, action, attempt, pid)
                values (\(context.operationID), \(name), \(Int32(context.attempt)), \(ProcessInfo.processInfo.processIdentifier))
                """
            )
            if pause > .zero { try await Task.sleep(for: pause) }
        }
    }
}
