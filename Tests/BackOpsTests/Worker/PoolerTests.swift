import BackOps
import BackOpsTesting
import DevPostgres
import LibPQ
import Logging
import TestSupport
import Testing

/// A server of its own with PgBouncer in front, in transaction mode and with the pool size that a test needs.
private struct PooledServer {
    let server: DevPostgres
    let pooler: PgBouncer
    /// Leads through the pooler; LISTEN is off.
    let database: BackOpsDatabase

    static func lend<R: Sendable>(
        poolSize: Int,
        _ body: (PooledServer) async throws -> R
    ) async throws -> R {
        let program = try #require(PgBouncer.program)
        return try await withDevPostgres { server async throws in
            let pooler = try await PgBouncer.start(program, before: server, poolSize: poolSize)
            var database = try BackOpsDatabase(pooler.connectionString())
            database.options.preparedStatements = false
            database.listens = false
            return try await body(PooledServer(server: server, pooler: pooler, database: database))
        }
    }

    /// The first column of the first row of a statement, past the pooler.
    func value<Value: PQDecodable>(
        _ statement: SQLStatement,
        as type: Value.Type = Value.self
    ) async throws -> Value {
        let connection = try await PQConnection.connect(PQOptions(server.connectionString()))
        let row = try await connection.query(statement).first
        await connection.close()
        return try #require(row).decode(0, as: type)
    }

    func worker(_ pause: Duration = .zero) throws -> BackOpsWorker {
        var configuration = WorkerConfiguration()
        configuration.concurrency = 10
        configuration.pollInterval = .milliseconds(100)
        configuration.stackTraces = .off
        return try BackOpsWorker(
            database,
            configuration: configuration,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { Pooled(pause: pause) }
    }
}

/// Uses everything that an action can ask of the database.
private struct Pooled: OperationDefinition {
    static let name = "Pooled"
    var pause = Duration.zero

    var branches: [Branch] {
        Do("Write") { context in
            try await Task.sleep(for: pause)
            context["seen"] = true
            try await context.checkpoint()
            try await context.transaction { transaction in
                try await transaction.execute("insert into effects values (\(context.operationID), 'Write')")
            }
        }
        .retry(.constant(maxAttempts: 100, delay: .zero))
        Do("Fail once") { context in
            guard context.attempt == 1 else { return }
            throw Failure.retry(after: .zero, "as planned")
        }
        .retry(.constant(maxAttempts: 100, delay: .zero))
        Do("Last") { context in
            context.progress(1)
            try await context.transaction { transaction in
                try await transaction.execute("insert into effects values (\(context.operationID), 'Last')")
            }
        }
        .retry(.constant(maxAttempts: 100, delay: .zero))
    }
}

@Suite(
    .enabled(if: PgBouncer.program != nil, "PgBouncer is not installed."),
    .timeLimit(.minutes(10))
) struct `Through PgBouncer in transaction mode` {
    @Test func `clients and workers leave nothing behind in the sessions that they share`() async throws {
        // One session on the server, which everybody gets in turn.
        try await PooledServer.lend(poolSize: 1) { pooled async throws in
            try await Migrator(pooled.database).up()
            let client = BackOpsClient(pooled.database)
            try await client.pool.query("create table effects (operation_id bigint, action text)")
            try await pooled.worker().drain()
            let ids = try await client.enqueue(Pooled.self, batch: Array(repeating: [:], count: 20))
            let last = try await client.enqueue(Pooled.self, ["colour": "blue"], key: "k")
            try await client.cancel(last.id)
            try await client.retry(last.id)
            try await pooled.worker().drain()
            for id in ids + [last.id] {
                #expect(try await client.handle(id).record().state == .completed)
            }
            #expect(try await client.pool.query("select from effects").count == 42)
            let session = try await client.pool.query("select pg_backend_pid()").first?.decode(
                0,
                as: Int32.self
            )
            // PgBouncer itself passes on what clients say of these when they connect.
            let settings = try await client.pool.query(
                """
                select name from pg_settings
                 where source = 'session'
                   and name not in ('application_name', 'client_encoding', 'DateStyle', 'TimeZone',
                                    'standard_conforming_strings')
                """
            )
            #expect(settings.isEmpty)
            #expect(try await client.pool.query("select from pg_prepared_statements").isEmpty)
            #expect(try await client.pool.query("select pg_listening_channels()").isEmpty)
            #expect(try await client.pool.query("select from pg_cursors where is_holdable").isEmpty)
            #expect(
                try await client.pool.query("select from pg_class where relpersistence = 't'").isEmpty
            )
            #expect(
                try await pooled.value(
                    "select count(*) from pg_locks where locktype = 'advisory' and pid = \(session)",
                    as: Int.self
                ) == 0
            )
            await client.close()
        }
    }

    @Test func `two migrate at once: one does it, the other waits, and the way back works too`() async throws
    {
        try await PooledServer.lend(poolSize: 2) { pooled async throws in
            let migrator = Migrator(pooled.database)
            async let one = migrator.up()
            async let other = migrator.up()
            let taken = try await [one.count, other.count]
            #expect(taken.sorted() == [0, MigrationStep.newestVersion])
            #expect(try await migrator.status().pending.isEmpty)
            #expect(try await migrator.down(to: 0).count == MigrationStep.newestVersion)
            #expect(try await migrator.status().version == 0)
        }
    }

    @Test func `a statement that takes too long is ended on the server, also when no session is free`()
        async throws
    {
        try await PooledServer.lend(poolSize: 1) { pooled async throws in
            let pool = PQPool(pooled.database.options, size: 2)
            let error = await #expect(throws: PQError.self) {
                try await pool.query("select pg_sleep(3600)", timeout: .milliseconds(200))
            }
            #expect(error?.code == .timedOut)
            // The only session is free again, so the server has ended the statement.
            #expect(try await pool.query("select 1", timeout: .seconds(600)).count == 1)
            let task = Task { try await pool.query("select pg_sleep(3600)") }
            try await eventually("the statement runs") {
                try await pooled.value(
                    "select count(*) from pg_stat_activity where query = 'select pg_sleep(3600)' and state = 'active'",
                    as: Int.self
                ) == 1
            }
            task.cancel()
            await #expect(throws: (any Error).self) { try await task.value }
            #expect(try await pool.query("select 1", timeout: .seconds(600)).count == 1)
            await pool.close()
        }
    }

    @Test func `a worker that is told to listen notices the pooler, says so, and polls`() async throws {
        try await PooledServer.lend(poolSize: 3) { place async throws in
            try await Migrator(place.database).up()
            var database = place.database
            database.listens = true
            let journal = Journal()
            let worker = try BackOpsWorker(
                database,
                logger: Logger(label: "test") { _ in RecordingLogHandler(journal: journal) }
            ) {
                Errand()
            }
            let client = BackOpsClient(place.database)
            try await working(worker) { () async throws in
                try await eventually("it says so") {
                    journal.entries.contains { $0.hasPrefix("worker cannot listen through a pooler") }
                }
                for _ in 1...3 {
                    let record = try await client.enqueue(Errand.self).result(timeout: .seconds(600))
                    #expect(record.state == .completed)
                }
                let signs = try await place.value(
                    "select count(backend_pid) from backops.workers",
                    as: Int.self
                )
                #expect(signs == 0)
                #expect(
                    try await place.value("select bool_or(sleeping) from backops.workers", as: Bool.self)
                        == false
                )
            }
            await client.close()
        }
    }

    @Test func `a worker outlives the death of the pooler, and nothing is lost or done twice`() async throws {
        try await PooledServer.lend(poolSize: 4) { pooled async throws in
            try await Migrator(pooled.database).up()
            let client = BackOpsClient(pooled.database)
            try await client.pool.query("create table effects (operation_id bigint, action text)")
            try await pooled.worker().drain()
            let ids = try await client.enqueue(Pooled.self, batch: Array(repeating: [:], count: 600))
            func completed() async throws -> Int {
                try await pooled.value("select count(*) from backops.operations where state = 'completed'")
            }
            try await working(try pooled.worker(.milliseconds(50))) {
                for share in 1...3 {
                    // Every operation fails once, and is tried again after all the others: the first share comes late on a slow machine.
                    try await eventually("share \(share) is done", within: .seconds(600)) {
                        try await completed() >= share * 100
                    }
                    #expect(try await completed() < ids.count, "It dies while there is work.")
                    try await pooled.pooler.kill()
                    try await pooled.pooler.restart()
                }
                try await eventually("all operations are completed", within: .seconds(600)) {
                    try await completed() == ids.count
                }
            }
            let wrong = try await pooled.value(
                """
                select count(*) from (
                  select from effects group by operation_id, action having count(*) <> 1
                ) as wrong
                """,
                as: Int.self
            )
            #expect(wrong == 0)
            #expect(try await pooled.value("select count(*) from effects", as: Int.self) == ids.count * 2)
            await client.close()
        }
    }
}
