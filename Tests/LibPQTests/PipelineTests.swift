import LibPQ
import Testing

@Suite(.server, .timeLimit(.minutes(5))) struct `Pipelines` {
    private func withTable<R>(
        _ options: PQOptions = TestServer.options,
        _ body: (PQConnection, String) async throws -> R
    ) async throws -> R {
        let table = uniqueName()
        return try await withConnection(options) { connection async throws in
            try await connection.script("create temp table \(table) (id int primary key check (id > 0))")
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

    private func codes(_ outcomes: [Result<PQResult, PQError>]) -> [PQError.Code?] {
        outcomes.map { outcome in
            if case .failure(let error) = outcome { error.code } else { nil }
        }
    }

    @Test func `all results come back in order`() async throws {
        try await withConnection { connection async throws in
            let outcomes = try await connection.pipeline((0..<1000).map { "select \($0), \("text \($0)")" })
            for (number, outcome) in outcomes.enumerated() {
                let values = try outcome.get()[0].decode(as: Int.self, String.self)
                #expect(values == (number, "text \(number)"))
            }
            #expect(try await connection.query("select 1").count == 1)
            #expect(try await connection.pipeline([]).isEmpty)
        }
    }

    @Test(arguments: [true, false]) func `a failure undoes the whole pipeline`(isPrepared: Bool) async throws
    {
        try await withTable { connection, table async throws in
            if isPrepared { try await connection.execute(insert(9, table)) }
            let outcomes = try await connection.pipeline([1, 2, -3, 4].map { insert($0, table) })
            #expect(codes(outcomes) == [.pipelineAborted, .pipelineAborted, .server, .pipelineAborted])
            #expect(try await ids(connection, table) == (isPrepared ? [9] : []))
            #expect(connection.transactionStatus == .idle)
        }
    }

    @Test(arguments: [true, false]) func `separately, a failure leaves the others alone`(
        preparedStatements: Bool
    ) async throws {
        var options = TestServer.options
        options.preparedStatements = preparedStatements
        try await withTable(options) { connection, table async throws in
            let outcomes = try await connection.pipeline(
                [1, -2, 3].map { insert($0, table) },
                separately: true
            )
            #expect(codes(outcomes) == [nil, .server, nil])
            #expect(try outcomes[2].get().affectedRows == 1)
            #expect(try await ids(connection, table) == [1, 3])
        }
    }

    @Test func `a statement that cannot be prepared fails alone when separate`() async throws {
        try await withTable { connection, table async throws in
            let wrong: SQLStatement = "insert into no_such_table values (\(1))"
            let outcomes = try await connection.pipeline(
                [insert(1, table), wrong, wrong, insert(2, table)],
                separately: true
            )
            #expect(codes(outcomes) == [nil, .server, .server, nil])
            #expect(await errorOf { try outcomes[2].get() }?.sqlState == .undefinedTable)
            #expect(try await ids(connection, table) == [1, 2])
        }
    }

    /// PgBouncer gives the server's session away after each answer, with whatever was sent to it ahead.
    @Test(.enabled(if: TestServer.isPrivate))
    func `without prepared statements, a transaction is not sent before the one ahead of it is answered`()
        async throws
    {
        let directory = try #require(TestServer.socketDirectory)
        let proxy = try #require(TCPProxy(to: "\(directory)/.s.PGSQL.5432", fault: .swallowReply))
        proxy.start()
        let table = uniqueName()
        try await withConnection { try await $0.script("create table \(table) (id int check (id > 0))") }
        var options = PQOptions(
            "host=127.0.0.1 port=\(proxy.port) user=postgres dbname=postgres sslmode=disable gssencmode=disable"
        )
        options.preparedStatements = false
        options.queryTimeout = .milliseconds(100)
        options.cancelTimeout = .milliseconds(100)
        try await withConnection(options) { connection async throws in
            let unanswered = SQLStatement(unescaped: "select 1 -- commit")
            _ = await errorOf {
                try await connection.pipeline([unanswered, insert(1, table)], separately: true)
            }
        }
        try await withConnection { connection async throws in
            #expect(try await ids(connection, table) == [])
            try await connection.script("drop table \(table)")
        }
    }

    @Test func `a failure inside a transaction ends it`() async throws {
        try await withTable { connection, table async throws in
            let error = await errorOf {
                try await connection.withTransaction { transaction in
                    try await transaction.execute(insert(1, table))
                    _ = try await transaction.pipeline([insert(2, table), insert(-1, table)])
                }
            }
            #expect(error?.sqlState == .inFailedTransaction)
            #expect(try await ids(connection, table) == [])
        }
    }

    @Test func `a commit that fails is reported with the last statement`() async throws {
        let table = uniqueName()
        try await withConnection { connection async throws in
            try await connection.script(
                "create temp table \(table) (id int, constraint k unique (id) deferrable initially deferred)"
            )
            let outcomes = try await connection.pipeline([insert(1, table), insert(1, table), "select 1"])
            #expect(codes(outcomes) == [.pipelineAborted, .pipelineAborted, .server])
            #expect(try await ids(connection, table) == [])
        }
    }

    @Test func `more than the socket holds goes both ways`() async throws {
        try await withConnection { connection async throws in
            let large = String(repeating: "x", count: 400_000)
            let outcomes = try await connection.pipeline((0..<30).map { _ in "select \(large)" })
            for outcome in outcomes {
                #expect(try outcome.get()[0].decode(0, as: String.self).utf8.count == 400_000)
            }
        }
    }

    @Test func `a pipeline can outgrow the cache of prepared statements`() async throws {
        var options = TestServer.options
        options.preparedStatementLimit = 3
        try await withConnection(options) { connection async throws in
            for _ in 0..<2 {
                let outcomes = try await connection.pipeline((0..<20).map { "select \(unescaped: "\($0)")" })
                #expect(try outcomes.map { try $0.get()[0].decode(0, as: Int.self) } == Array(0..<20))
            }
        }
    }

    @Test func `COPY in a pipeline is refused`() async throws {
        try await withTable { connection, table async throws in
            let copy = SQLStatement(unescaped: "copy \(table) from stdin")
            #expect(await errorOf { try await connection.pipeline(["select 1", copy, "select 2"]) } != nil)
        }
    }
}
