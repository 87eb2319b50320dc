import DevPostgres
import LibPQ
import Testing

/// A server that waits for a standby which does not exist: every commit hangs until somebody gives up.
@Suite(.timeLimit(.minutes(5)), .serialized, .enabled(if: TestServer.isPrivate))
struct `Commits that wait for a standby` {
    private static let server = Task {
        var settings = DevPostgres.Settings()
        settings.serverSettings = [
            "synchronous_standby_names": "nobody", "wal_level": "replica", "max_wal_senders": "2",
        ]
        return try await DevPostgres.start(settings)
    }

    private func withWaitingCommit(
        commitTimeout: Duration,
        _ meddle: (_ task: Task<Void, any Error>, _ pid: Int32, _ pool: PQPool) async throws -> Void
    ) async throws {
        var options = PQOptions(try await Self.server.value.connectionString())
        options.commitTimeout = commitTimeout
        let (pool, table) = (PQPool(options, size: 1), uniqueName())
        try await withConnection(options) { connection async throws in
            try await connection.script("set synchronous_commit = local")
            try await connection.script("create table \(table) (id int)")
            try await connection.script("set synchronous_commit = on")
            let task = Task {
                _ = try await connection.withTransaction {
                    try await $0.execute("insert into \(identifier: table) values (1)")
                }
            }
            let pid = connection.backendPID
            try await eventually(
                "select exists (select from pg_stat_activity where pid = \(pid) and wait_event = 'SyncRep')",
                on: pool
            )
            try await meddle(task, pid, pool)
            #expect(await errorOf { try await task.value }?.code == .unknownCommit)
        }
        await pool.close()
    }

    @Test func `a wait that somebody cancels is no success`() async throws {
        try await withWaitingCommit(commitTimeout: .seconds(50)) { _, pid, pool in
            try await pool.query("select pg_cancel_backend(\(pid))")
        }
    }

    @Test func `a wait that an administrator ends is no success`() async throws {
        try await withWaitingCommit(commitTimeout: .seconds(50)) { _, pid, pool in
            try await pool.query("select pg_terminate_backend(\(pid))")
        }
    }

    @Test func `cancelling the task does not cancel its COMMIT, whose time runs out`() async throws {
        try await withWaitingCommit(commitTimeout: .seconds(1)) { task, _, _ in task.cancel() }
    }
}
