import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import DevPostgres
import Foundation
import LibPQ
import Logging
import TestSupport
import Testing

@Suite(.backops) struct `A statement that the database refuses` {
    @Test func `is reported as that, and not as an outage that has ended`() async throws {
        let journal = Journal()
        let worker = try BackOpsWorker(
            TestDatabase.current.database,
            logger: Logger(label: "test") { _ in RecordingLogHandler(journal: journal) }
        ) {
            Errand()
        }
        try await TestDatabase.current.query("alter function next_due(bigint) rename to next_due_is_gone")
        try await forgetFunctions()
        try await working(worker) {
            try await eventually("it was refused three times") {
                journal.entries.count { $0 == "a statement of the worker was refused" } >= 3
            }
        }
        #expect(!journal.entries.contains("worker reaches the database again"))
    }
}

@Suite(.timeLimit(.minutes(10))) struct `When the database goes away, a worker` {
    /// Three actions that each leave a row, in the transaction that completes them.
    private struct Steps: OperationDefinition {
        static let name = "Steps"
        let pause: Duration

        var branches: [Branch] {
            step("One")
            step("Two")
            step("Three")
        }

        private func step(_ name: String) -> PlannedAction {
            Do(name) { context in
                try await Task.sleep(for: pause)
                try await context.transaction { transaction in
                    try await transaction.execute(
                        "insert into effects values (\(context.operationID), \(name))"
                    )
                }
            }
            // An outage must not use up the attempts of an action that it hits.
            .retry(.constant(maxAttempts: 100, delay: .zero))
        }
    }

    private func withWorker(
        _ body: (DevPostgres, BackOpsClient, [Int64]) async throws -> Void
    ) async throws {
        try await withDevPostgres(.init(durable: true)) { server async throws in
            let database = try BackOpsDatabase(server.connectionString())
            try await Migrator(database).up()
            let client = BackOpsClient(database)
            try await client.pool.query("create table effects (operation_id bigint, action text)")
            var configuration = WorkerConfiguration()
            configuration.lease = .seconds(60)
            configuration.pollInterval = .milliseconds(100)
            configuration.gracePeriod = .seconds(5)
            // Looking up hundreds of stacks takes half a minute in a debug build, and is not what this is about.
            configuration.stackTraces = .off
            let worker = try BackOpsWorker(
                database,
                configuration: configuration,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ) {
                Steps(pause: .milliseconds(5))
            }
            try await worker.drain()
            let ids = try await client.enqueue(Steps.self, batch: Array(repeating: [:], count: 300))
            try await working(worker) {
                try await eventually("some operations are completed") {
                    try await client.pool.query(
                        "select from backops.operations where state = 'completed' limit 20"
                    ).count == 20
                }
                try await body(server, client, ids)
                try await eventually("all operations are completed", within: .seconds(600)) {
                    try await open(client) == 0
                }
            }
            try await expectEveryEffectOnce(client, ids)
            await client.close()
        }
    }

    /// Operations that are not completed; nil while the database cannot be asked.
    private func open(_ client: BackOpsClient) async throws -> Int? {
        do {
            return try await client.pool.query(
                "select count(*) from backops.operations where state <> 'completed'"
            )
            .first?.decode(0, as: Int.self)
        } catch let error as PQError where error.isTransient || error.code != .server {
            return nil
        }
    }

    private func expectEveryEffectOnce(_ client: BackOpsClient, _ ids: [Int64]) async throws {
        let rows = try await client.pool.query(
            "select operation_id, action, count(*) from effects group by 1, 2 having count(*) <> 1"
        )
        #expect(rows.isEmpty)
        let count = try await client.pool.query("select count(*) from effects").first?.decode(0, as: Int.self)
        #expect(count == ids.count * 3)
    }

    @Test func `outlives a restart of the server, and repeats no completed action`() async throws {
        try await withWorker { server, _, _ in try await server.restart(mode: .immediate) }
    }

    @Test func `outlives the death of the server`() async throws {
        try await withWorker { server, _, _ in
            server.kill()
            try await server.restart(mode: .fast)
        }
    }

    @Test func `outlives that its connections are cut, again and again`() async throws {
        try await withWorker { _, client, _ in
            for _ in 0..<20 {
                try await client.pool.query(
                    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'backops worker'"
                )
                let before = try await open(client)
                try await eventually("work goes on") {
                    let now = try await open(client)
                    return now != before || now == 0
                }
            }
        }
    }

    @Test func `outlives that it finds a standby for a while, which takes no writes`() async throws {
        try await withWorker { server, client, _ in
            let signal = "\(server.directory)/data/standby.signal"
            #expect(FileManager.default.createFile(atPath: signal, contents: nil))
            try await server.restart(mode: .immediate)
            let before = try await eventuallyOpen(client)
            try await eventually("the worker has met the standby") {
                let log = try String(contentsOfFile: "\(server.directory)/server.log", encoding: .utf8)
                return log.contains("in a read-only transaction")
            }
            #expect(try await open(client) == before)
            try await client.pool.query("select pg_promote()")
        }
    }

    private func eventuallyOpen(_ client: BackOpsClient) async throws -> Int? {
        try await eventually("the database can be asked") { try await open(client) != nil }
        return try await open(client)
    }
}
