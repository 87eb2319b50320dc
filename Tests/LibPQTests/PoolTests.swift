import LibPQ
import Testing

@Suite(.server, .timeLimit(.minutes(5))) struct `A pool` {
    @Test func `connections are opened when needed, kept, and never more than the size`() async throws {
        let pool = PQPool(TestServer.options, size: 3)
        #expect(pool.openCount == 0)
        let pids = try await withThrowingTaskGroup(of: Int32.self) { group in
            for _ in 0..<60 {
                group.addTask {
                    try await pool.query("select pg_backend_pid(), pg_sleep(0.002)")[0].decode(
                        0,
                        as: Int32.self
                    )
                }
            }
            return try await group.reduce(into: Set<Int32>()) { $0.insert($1) }
        }
        #expect((1...3).contains(pids.count))
        #expect(pool.openCount <= 3)
        await pool.close()
        #expect(pool.openCount == 0)
    }

    @Test func `callers are served in the order they came`() async throws {
        let pool = PQPool(TestServer.options, size: 1)
        let order = Recorder<Int>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await pool.withConnection { _ async throws in
                for number in 0..<8 {
                    group.addTask { try await pool.withConnection { _ in order.record(number) } }
                    try await until { pool.waitingCount == number + 1 }
                }
            }
            try await group.waitForAll()
        }
        #expect(order.recorded == Array(0..<8))
        await pool.close()
    }

    @Test func `a cancelled caller stops waiting at once and takes nothing along`() async throws {
        let pool = PQPool(TestServer.options, size: 1)
        try await pool.withConnection { _ async throws in
            let task = Task { try await pool.query("select 1") }
            try await until { pool.waitingCount == 1 }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(pool.waitingCount == 0)
        }
        #expect(try await pool.query("select 1").count == 1)
        await pool.close()
    }

    @Test func `cancelling callers at any moment loses no connection`() async throws {
        let pool = PQPool(TestServer.options, size: 2)
        await withTaskGroup(of: Void.self) { group in
            for round in 0..<200 {
                group.addTask {
                    let task = Task { try await pool.query("select pg_sleep(0.001)") }
                    for _ in 0..<(round % 30) { await Task.yield() }
                    task.cancel()
                    _ = try? await task.value
                }
            }
        }
        #expect(pool.waitingCount == 0)
        #expect(pool.openCount <= 2)
        for _ in 0..<4 { #expect(try await pool.query("select 1").count == 1) }
        await pool.close()
    }

    @Test func `a caller does not wait for ever`() async throws {
        let pool = PQPool(TestServer.options, size: 1, acquireTimeout: .milliseconds(50))
        try await pool.withConnection { _ async throws in
            #expect(await errorOf { try await pool.query("select 1") }?.code == .poolExhausted)
        }
        #expect(try await pool.query("select 1").count == 1)
        await pool.close()
    }

    @Test func `a connection left in a transaction is rolled back and replaced`() async throws {
        let events = Recorder<String>()
        let pool = PQPool(TestServer.options, size: 1) { event in
            if case .discarded = event { events.record("discarded") }
        }
        let first = try await pool.withConnection { connection async throws in
            try await connection.script("begin; create table \(uniqueName()) (id int)")
            return connection
        }
        #expect(!first.isUsable)
        #expect(events.recorded == ["discarded"])
        try await pool.withConnection { connection async throws in
            #expect(connection.transactionStatus == .idle)
            #expect(connection.backendPID != first.backendPID)
        }
        await pool.close()
    }

    @Test func `a lost connection is replaced`() async throws {
        let lost = Recorder<Int32>()
        let pool = PQPool(TestServer.options, size: 1) { event in
            if case .lost(let pid) = event { lost.record(pid) }
        }
        let pid = try await pool.query("select pg_backend_pid()")[0].decode(0, as: Int32.self)
        let error = await errorOf { try await pool.query("select pg_terminate_backend(pg_backend_pid())") }
        #expect(error?.code == .connectionLost)
        #expect(try await pool.query("select pg_backend_pid()")[0].decode(0, as: Int32.self) != pid)
        #expect(lost.recorded == [pid])
        await pool.close()
    }

    @Test func `a transaction takes another connection where the server has ended the one that was kept`()
        async throws
    {
        let pool = PQPool(TestServer.options, size: 2)
        let (first, second) = (Recorder<Int32>(), Recorder<Int32>())
        try await pool.withConnection { one in
            try await pool.withConnection { two in
                first.record(one.backendPID)
                second.record(two.backendPID)
            }
        }
        let console = try await PQConnection.connect(TestServer.options)
        for pid in first.recorded + second.recorded {
            try await console.query("select pg_terminate_backend(\(pid), 10000)")
        }
        let pid = try await pool.withTransaction { transaction in
            try await transaction.query("select pg_backend_pid()")[0].decode(0, as: Int32.self)
        }
        #expect(!(first.recorded + second.recorded).contains(pid))
        await console.close()
        await pool.close()
    }

    @Test func `a statement is sent again where the server had ended the session for being idle`()
        async throws
    {
        var options = TestServer.options
        options.settings["idle_session_timeout"] = "100ms"
        let pool = PQPool(options, size: 1)
        let pid = try await pool.query("select pg_backend_pid()")[0].decode(0, as: Int32.self)
        let console = PQPool(TestServer.options, size: 1)
        try await eventually(
            "select not exists (select from pg_stat_activity where pid = \(pid))",
            on: console
        )
        #expect(try await pool.query("select pg_backend_pid()")[0].decode(0, as: Int32.self) != pid)
        await console.close()
        await pool.close()
    }

    @Test func `a connection that cannot be opened is the caller's error and costs no place`() async {
        let pool = PQPool(PQOptions("host=/nowhere-at-all"), size: 1)
        for _ in 0..<3 {
            #expect(await errorOf { try await pool.query("select 1") }?.code == .connectionFailed)
        }
        #expect(pool.openCount == 0)
        await pool.close()
    }

    @Test func `closing refuses those who wait and lets the lent ones finish`() async throws {
        let pool = PQPool(TestServer.options, size: 1)
        let closing = try await pool.withConnection { connection async throws in
            let waiting = Task { try await pool.query("select 1") }
            try await until { pool.waitingCount == 1 }
            let closing = Task { await pool.close() }
            #expect(await errorOf { try await waiting.value }?.code == .poolClosed)
            #expect(try await connection.query("select 1").count == 1)
            return closing
        }
        await closing.value
        #expect(pool.openCount == 0)
        #expect(await errorOf { try await pool.query("select 1") }?.code == .poolClosed)
    }

    @Test func `a transaction commits, and rolls back when it throws`() async throws {
        let (pool, table) = (PQPool(TestServer.options, size: 1), uniqueName())
        try await pool.withConnection { try await $0.script("create temp table \(table) (id int)") }
        try await pool.withTransaction { try await $0.execute("insert into \(identifier: table) values (1)") }
        _ = await errorOf {
            try await pool.withTransaction { transaction in
                try await transaction.execute("insert into \(identifier: table) values (2)")
                try await transaction.execute("select 1 / 0")
            }
        }
        #expect(try await pool.query("select * from \(identifier: table)").count == 1)
        await pool.close()
    }

    @Test func `closed connections leave no threads behind`() async {
        let conninfo: String = TestServer.conninfo
        await #expect(processExitsWith: .success) { [conninfo = conninfo as String] in
            let pool = PQPool(PQOptions(conninfo), size: 8)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { try await pool.query("select pg_sleep(0.05)") } }
                try await group.waitForAll()
            }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { _ = try? await pool.query("select pg_sleep(600)") }
                group.cancelAll()
            }
            let listener = PQListener(PQOptions(conninfo), channels: ["x"])
            for await case .connected in listener.notifications { listener.stop() }
            #expect(ThreadCount.of("pq-") >= 1)
            await pool.close()
            try await until { ThreadCount.of("pq-") == 0 }
        }
    }
}
