import Glibc
import LibPQ
import Testing

@Suite(.server, .timeLimit(.minutes(5))) struct `Cancellation and time limits` {
    private func waitUntilRunning(_ pid: Int32, on pool: PQPool) async throws {
        try await eventually(
            "select exists (select from pg_stat_activity where pid = \(pid) and state = 'active' and wait_event = 'PgSleep')",
            on: pool
        )
    }

    @Test func `cancelling a task cancels its statement`() async throws {
        let pool = PQPool(TestServer.options, size: 1)
        try await withConnection { connection async throws in
            let task = Task { try await connection.query("select pg_sleep(600)") }
            try await waitUntilRunning(connection.backendPID, on: pool)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(connection.isUsable)
            #expect(try await connection.query("select 1").count == 1)
        }
        await pool.close()
    }

    @Test func `a task cancelled before its turn sends nothing`() async throws {
        try await withConnection { connection async throws in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await connection.script("create temp table never (id int)")
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(
                try await connection.query("select to_regclass('never') is null")[0].decode(0, as: Bool.self)
            )
        }
    }

    @Test func `a cancelled run sends no further statements`() async throws {
        let pool = PQPool(TestServer.options, size: 1)
        try await withConnection { connection async throws in
            let task = Task {
                try await connection.run { session in
                    _ = try? session.query("select pg_sleep(600)")
                    try session.script("create temp table never (id int)")
                }
            }
            try await waitUntilRunning(connection.backendPID, on: pool)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(
                try await connection.query("select to_regclass('never') is null")[0].decode(0, as: Bool.self)
            )
        }
        await pool.close()
    }

    @Test func `a late cancel never hits the next statement`() async throws {
        try await withConnection { connection async throws in
            for round in 0..<300 {
                let task = Task { try? await connection.query("select pg_sleep(0.0005)") }
                for _ in 0..<(round % 40) { await Task.yield() }
                task.cancel()
                #expect(try await connection.query("select \(round)")[0].decode(0, as: Int.self) == round)
                _ = await task.value
            }
        }
    }

    @Test func `a statement beyond its time is cancelled and the connection goes on`() async throws {
        try await withConnection { connection async throws in
            let error = await errorOf {
                try await connection.query("select pg_sleep(600)", timeout: .milliseconds(50))
            }
            #expect(error?.code == .timedOut)
            #expect(connection.isUsable)
            #expect(try await connection.query("select 1").count == 1)
        }
    }

    @Test(.enabled(if: TestServer.isPrivate && geteuid() == 0))
    func `a server that does not even answer the cancel costs the connection, not the caller`() async throws {
        try await withConnection { connection async throws in
            let pid = connection.backendPID
            kill(pid, SIGSTOP)
            defer { kill(pid, SIGCONT) }
            let error = await errorOf { try await connection.query("select 1", timeout: .milliseconds(50)) }
            #expect(error?.code == .timedOut)
            #expect(!connection.isUsable)
        }
    }

    @Test func `every statement of the connection has the limit of the options`() async throws {
        var options = TestServer.options
        options.queryTimeout = .milliseconds(50)
        try await withConnection(options) { connection async throws in
            #expect(await errorOf { try await connection.script("select pg_sleep(600)") }?.code == .timedOut)
            let statements: [SQLStatement] = ["select 1", "select pg_sleep(600)", "select 2"]
            #expect(await errorOf { try await connection.pipeline(statements) }?.code == .timedOut)
            let outcomes = try await connection.pipeline(statements, separately: true)
            #expect(await errorOf { try outcomes[1].get() }?.code == .timedOut)
            #expect(try outcomes[0].get().count == 1)
        }
    }

    @Test func `somebody else's cancel is the server's error`() async throws {
        let pool = PQPool(TestServer.options, size: 1)
        try await withConnection { connection async throws in
            let pid = connection.backendPID
            let task = Task { try await connection.query("select pg_sleep(600)") }
            try await waitUntilRunning(pid, on: pool)
            try await pool.query("select pg_cancel_backend(\(pid))")
            let error = await errorOf { try await task.value }
            #expect(error?.code == .server)
            #expect(error?.sqlState == .queryCanceled)
        }
        await pool.close()
    }

    @Test func `a session's token cancels from another thread`() async throws {
        let pool = PQPool(TestServer.options, size: 1)
        try await withConnection { connection async throws in
            let token = try await connection.run { $0.cancelToken }
            #expect(!token.cancel())
            let pid = connection.backendPID
            let task = Task { try await connection.query("select pg_sleep(600)") }
            try await waitUntilRunning(pid, on: pool)
            #expect(token.cancel())
            #expect(await errorOf { try await task.value }?.code == .cancelled)
        }
        await pool.close()
    }

    @Test func `a terminated connection is lost, with the server's reason`() async throws {
        let pool = PQPool(TestServer.options, size: 1)
        try await withConnection { connection async throws in
            let pid = connection.backendPID
            let task = Task { try await connection.query("select pg_sleep(600)") }
            try await waitUntilRunning(pid, on: pool)
            try await pool.query("select pg_terminate_backend(\(pid))")
            let error = await errorOf { try await task.value }
            #expect(error?.code == .connectionLost)
            #expect(error?.sqlState == .adminShutdown)
            #expect(!connection.isUsable)
            #expect(await errorOf { try await connection.query("select 1") }?.code == .connectionLost)
        }
        await pool.close()
    }
}
