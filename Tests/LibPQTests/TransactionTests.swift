import LibPQ
import Synchronization
import Testing

private struct Refusal: Error {}

@Suite(.server, .timeLimit(.minutes(5))) struct `Transactions` {
    private func withTable<R>(_ body: (PQConnection, String) async throws -> R) async throws -> R {
        let table = uniqueName()
        return try await withConnection { connection async throws in
            try await connection.script("create temp table \(table) (id int)")
            return try await body(connection, table)
        }
    }

    private func insert(_ id: Int32, _ table: String) -> SQLStatement {
        "insert into \(identifier: table) values (\(id))"
    }

    private func ids(_ connection: PQConnection, _ table: String) async throws -> [Int] {
        try await connection.query("select id from \(identifier: table) order by id").map {
            try $0.decode(0, as: Int.self)
        }
    }

    @Test func `a closure that returns is committed, one that throws is not`() async throws {
        try await withTable { connection, table async throws in
            let count = try await connection.withTransaction { try await $0.execute(insert(1, table)) }
            #expect(count == 1)
            await #expect(throws: Refusal.self) {
                try await connection.withTransaction { transaction in
                    try await transaction.execute(insert(2, table))
                    throw Refusal()
                }
            }
            #expect(try await ids(connection, table) == [1])
            #expect(connection.transactionStatus == .idle)
        }
    }

    @Test func `isolation and access are what was asked for`() async throws {
        try await withConnection { connection async throws in
            for isolation in PQIsolation.allCases {
                let level = try await connection.withTransaction(isolation: isolation) {
                    try await $0.query("show transaction_isolation")[0].decode(0, as: String.self)
                }
                #expect(level == isolation.rawValue)
            }
            let error = await errorOf {
                try await connection.withTransaction(readOnly: true) {
                    try await $0.execute("create table x ()")
                }
            }
            #expect(error?.sqlState == .readOnlyTransaction)
        }
    }

    @Test func `savepoints nest, and undo only what is theirs`() async throws {
        try await withTable { connection, table async throws in
            try await connection.withTransaction { transaction in
                try await transaction.execute(insert(1, table))
                try await transaction.savepoint { outer in
                    try await outer.execute(insert(2, table))
                    _ = try? await outer.savepoint { inner in
                        try await inner.execute(insert(3, table))
                        try await inner.execute("select 1 / 0")
                    }
                    try await outer.execute(insert(4, table))
                }
                await #expect(throws: Refusal.self) {
                    try await transaction.savepoint { doomed in
                        try await doomed.execute(insert(5, table))
                        throw Refusal()
                    }
                }
            }
            #expect(try await ids(connection, table) == [1, 2, 4])
        }
    }

    @Test func `a synchronous transaction nests as savepoints`() async throws {
        try await withTable { connection, table async throws in
            try await connection.run { session in
                try session.transaction { session in
                    try session.execute("insert into \(identifier: table) values (1)")
                    try? session.transaction { session in
                        try session.execute("insert into \(identifier: table) values (2)")
                        throw Refusal()
                    }
                }
            }
            #expect(try await ids(connection, table) == [1])
        }
    }

    @Test func `an error that was swallowed fails the commit`() async throws {
        try await withTable { connection, table async throws in
            let error = await errorOf {
                try await connection.withTransaction { transaction in
                    try await transaction.execute(insert(1, table))
                    _ = try? await transaction.execute("select 1 / 0")
                }
            }
            #expect(error?.code == .server)
            #expect(error?.sqlState == .inFailedTransaction)
            #expect(try await ids(connection, table) == [])
        }
    }

    @Test func `a transaction is of no use after its end`() async throws {
        try await withTable { connection, table async throws in
            let kept = try await connection.withTransaction { $0 }
            #expect(await errorOf { try await kept.execute(insert(1, table)) }?.code == .misuse)
            #expect(try await ids(connection, table) == [])
        }
    }

    @Test func `a cancelled task commits nothing`() async throws {
        try await withTable { connection, table async throws in
            let task = Task {
                try await connection.withTransaction { transaction in
                    try await transaction.execute(insert(1, table))
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(connection.isUsable)
            #expect(try await ids(connection, table) == [])
        }
    }
}

@Suite(.server, .timeLimit(.minutes(5)), .enabled(if: TestServer.isPrivate))
struct `Commits whose outcome is unknown` {
    @Test(arguments: [(TCPProxy.Fault.dropCommit, 0), (.dropReply, 1), (.swallowReply, 1)])
    func `a connection that dies during COMMIT leaves its outcome unknown`(
        fault: TCPProxy.Fault,
        rows: Int
    ) async throws {
        let directory = try #require(TestServer.socketDirectory)
        let proxy = try #require(TCPProxy(to: "\(directory)/.s.PGSQL.5432", fault: fault))
        proxy.start()
        let table = uniqueName()
        var options = PQOptions(
            "host=127.0.0.1 port=\(proxy.port) user=postgres dbname=postgres sslmode=disable gssencmode=disable"
        )
        options.commitTimeout = .milliseconds(500)
        let error = await errorOf {
            try await withConnection(options) { connection async throws in
                try await connection.script("create table \(table) (id int)")
                try await connection.withTransaction {
                    try await $0.execute("insert into \(identifier: table) values (1)")
                }
            }
        }
        #expect(error?.code == .unknownCommit)
        #expect(error?.isTransient == false)
        let pool = PQPool(TestServer.options, size: 1)
        try await eventually("select count(*) = \(rows) from \(identifier: table)", on: pool)
        try await pool.script("drop table \(table)")
        await pool.close()
    }

    @Test func `a connection that dies before COMMIT does not`() async throws {
        let pool = PQPool(TestServer.options, size: 1)
        let error = await errorOf {
            try await withConnection { connection async throws in
                try await connection.withTransaction { transaction in
                    try await pool.query("select pg_terminate_backend(\(connection.backendPID))")
                    try await transaction.query("select 1")
                }
            }
        }
        #expect(error?.code == .connectionLost)
        #expect(error?.sqlState == .adminShutdown)
        await pool.close()
    }
}

@Suite(.server, .timeLimit(.minutes(5))) struct `A transaction that another one is in the way of` {
    private final class Runs: Sendable {
        private let number = Mutex(0)
        var count: Int { number.withLock { $0 } }
        func next() -> Int {
            number.withLock { number in
                number += 1
                return number
            }
        }
    }

    /// Counts a row up at REPEATABLE READ, while another connection does so in the first runs of the closure.
    private func countUp(attempts: Int?, disturbed: Int) async throws -> (runs: Int, value: Int?, PQError?) {
        let table = uniqueName()
        let pool = PQPool(TestServer.options, size: 2)
        try await pool.script("create table \(table) (n int); insert into \(table) values (0)")
        let runs = Runs()
        let body = { (transaction: PQTransaction) async throws in
            // From here on it sees the row as it was.
            try await transaction.query("select n from \(identifier: table)")
            if runs.next() <= disturbed {
                try await pool.execute("update \(identifier: table) set n = n + 1")
            }
            try await transaction.execute("update \(identifier: table) set n = n + 1")
        }
        let error = await errorOf {
            if let attempts {
                try await pool.withTransaction(isolation: .repeatableRead, attempts: attempts, body)
            } else {
                try await pool.withTransaction(isolation: .repeatableRead, body)
            }
        }
        let value = try await pool.query("select n from \(identifier: table)").first?.decode(0, as: Int.self)
        try await pool.script("drop table \(table)")
        await pool.close()
        return (runs.count, value, error)
    }

    @Test func `runs once, unless more is asked for`() async throws {
        let (runs, value, error) = try await countUp(attempts: nil, disturbed: 1)
        #expect(runs == 1)
        #expect(value == 1)
        #expect(error?.sqlState == .serializationFailure)
        #expect(error?.isConflict == true)
    }

    @Test func `runs again from its beginning`() async throws {
        let (runs, value, error) = try await countUp(attempts: 4, disturbed: 2)
        #expect(runs == 3)
        #expect(value == 3)
        #expect(error == nil)
    }

    @Test func `runs no more often than it was allowed`() async throws {
        let (runs, value, error) = try await countUp(attempts: 3, disturbed: 100)
        #expect(runs == 3)
        #expect(value == 3)
        #expect(error?.isConflict == true)
    }

    @Test(arguments: [
        (SQLState.deadlockDetected, 2), (.serializationFailure, 2), (.uniqueViolation, 1),
        (.lockNotAvailable, 1), (.queryCanceled, 1), (.statementCompletionUnknown, 1),
    ])
    func `is told from other errors by its state`(state: SQLState, expected: Int) async throws {
        let runs = Runs()
        try await withConnection { connection async throws in
            await #expect(throws: PQError.self) {
                try await connection.withTransaction(attempts: 2) { transaction in
                    _ = runs.next()
                    try await transaction.run { session in
                        try session.script("do $$ begin raise exception using errcode = '\(state)'; end $$")
                    }
                }
            }
            #expect(connection.transactionStatus == .idle)
        }
        #expect(runs.count == expected)
    }
}
