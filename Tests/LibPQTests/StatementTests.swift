import LibPQ
import Testing

@Suite(.server, .timeLimit(.minutes(5))) struct `Statements` {
    @Test func `interpolated values are bound, never part of the text`() async throws {
        let evil = "'; drop table users; --"
        let statement: SQLStatement = "select \(evil) as \(identifier: "a\"b; drop"), \(7)"
        #expect(statement.text == "select $1 as \"a\"\"b; drop\", $2")
        #expect(statement.parameters.map(\.typeOID) == [25, 20])
        #expect("\(statement)" == statement.text)
        let result = try await withConnection { try await $0.query(statement) }
        #expect(result.columns[0].name == "a\"b; drop")
        #expect(try result[0].decode(0, as: String.self) == evil)
    }

    @Test(arguments: ["", "a\0b"]) func `a name that cannot be quoted is refused`(name: String) async {
        let error = await errorOf {
            try await withConnection { try await $0.query("select 1 as \(identifier: name)") }
        }
        #expect(error?.code == .misuse)
    }

    @Test func `a zero byte cannot cut a statement short`() async {
        let text = "select 1\0; garbage"
        for attempt in [
            await errorOf { try await withConnection { try await $0.query(SQLStatement(unescaped: text)) } },
            await errorOf { try await withConnection { try await $0.script(text) } },
        ] { #expect(attempt?.code == .misuse) }
        let bound = await errorOf { try await withConnection { try await $0.query("select \("a\0b")") } }
        #expect(bound?.code == .server)
    }

    @Test func `more values than the protocol takes are refused and harm nothing`() async throws {
        try await withConnection { connection async throws in
            var statement: SQLStatement.StringInterpolation = .init(literalCapacity: 0, interpolationCount: 0)
            statement.appendLiteral("select 1 where 1 in (0")
            for number in 0..<66_000 {
                statement.appendLiteral(", ")
                statement.appendInterpolation(number)
            }
            statement.appendLiteral(")")
            let many = SQLStatement(stringInterpolation: statement)
            #expect(await errorOf { try await connection.query(many) } != nil)
            #expect(try await connection.query("select 1").count == 1)
        }
    }

    @Test func `an error carries the server's fields and not the values`() async throws {
        let table = uniqueName()
        try await withConnection { connection async throws in
            try await connection.script(
                "create temp table \(table) (id int constraint \(table)_key primary key)"
            )
            let insert: SQLStatement = "insert into \(identifier: table) values (\(4711))"
            try await connection.execute(insert)
            let error = try #require(await errorOf { try await connection.execute(insert) })
            #expect(error.code == .server)
            #expect(error.sqlState == .uniqueViolation)
            #expect(error.severity == "ERROR")
            #expect(error.constraint == "\(table)_key")
            #expect(error.table == table)
            #expect(error.schema?.hasPrefix("pg_temp") == true)
            #expect(error.statement == insert.text)
            #expect(error.debugDescription.contains("23505"))
            #expect(!error.description.contains("4711"))
            let syntax = try #require(await errorOf { try await connection.query("select 1 frm x") })
            #expect(syntax.sqlState == .syntaxError)
            #expect(syntax.position == 14)
            let typo = try #require(await errorOf { try await connection.query("select lenght('x')") })
            #expect(typo.sqlState == .undefinedFunction)
            #expect(typo.hint != nil)
            #expect(typo.description.contains("("))
        }
    }

    @Test func `statements pushed out of the cache are dropped on the server, too`() async throws {
        var options = TestServer.options
        options.preparedStatementLimit = 4
        try await withConnection(options) { connection async throws in
            for round in 0..<3 {
                for number in 0..<10 {
                    let statement: SQLStatement = "select \(unescaped: "\(number)") + \(round)"
                    #expect(
                        try await connection.query(statement)[0].decode(0, as: Int.self) == number + round
                    )
                }
            }
            let kept = try await connection.query("select count(*) from pg_prepared_statements")[0].decode(
                0,
                as: Int.self
            )
            #expect(kept <= 5)
        }
    }

    @Test func `the same text with other types is another statement`() async throws {
        try await withConnection { connection async throws in
            for value in [1, 2] {
                let short: SQLStatement = "select pg_typeof(\(Int32(value)))::text"
                let long: SQLStatement = "select pg_typeof(\(Int64(value)))::text"
                #expect(try await connection.query(short)[0].decode(0, as: String.self) == "integer")
                #expect(try await connection.query(long)[0].decode(0, as: String.self) == "bigint")
            }
        }
    }

    @Test func `a changed table costs one more round trip, not an error`() async throws {
        let table = uniqueName()
        try await withConnection { connection async throws in
            try await connection.script("create temp table \(table) (a int); insert into \(table) values (1)")
            let all: SQLStatement = "select * from \(identifier: table)"
            #expect(try await connection.query(all).columns.count == 1)
            try await connection.script("alter table \(table) add b text default 'x'")
            #expect(try await connection.query(all).columns.count == 2)
            try await connection.script("alter table \(table) add c int")
            let error = await errorOf {
                try await connection.withTransaction { try await $0.query(all) }
            }
            #expect(error?.sqlState == .featureNotSupported)
            let columns = try await connection.withTransaction { try await $0.query(all).columns }
            #expect(columns.count == 3)
        }
    }

    @Test func `statements dropped behind our back are prepared anew`() async throws {
        try await withConnection { connection async throws in
            #expect(try await connection.query("select \(1)").count == 1)
            try await connection.script("deallocate all")
            #expect(try await connection.query("select \(1)").count == 1)
        }
    }

    @Test func `without prepared statements the server keeps none`() async throws {
        var options = TestServer.options
        options.preparedStatements = false
        try await withConnection(options) { connection async throws in
            #expect(try await connection.query("select \("x")")[0].decode(0, as: String.self) == "x")
            let outcomes = try await connection.pipeline(["select \(1)", "select \(2)"])
            #expect(try outcomes.map { try $0.get()[0].decode(0, as: Int.self) } == [1, 2])
            #expect(try await connection.query("select from pg_prepared_statements").isEmpty)
        }
    }

    @Test func `COPY by query is refused and the connection stays in step`() async throws {
        let table = uniqueName()
        try await withConnection { connection async throws in
            try await connection.script("create temp table \(table) (a int)")
            for text in ["copy \(table) from stdin", "copy (select generate_series(1, 100000)) to stdout"] {
                #expect(
                    await errorOf { try await connection.query(SQLStatement(unescaped: text)) }?.code
                        == .misuse
                )
                #expect(await errorOf { try await connection.script(text) }?.code == .misuse)
                #expect(try await connection.query("select 1").count == 1)
            }
        }
    }

    @Test func `notices are passed on`() async throws {
        let heard = try await withConnection { connection async throws in
            try await connection.run { session in
                var heard: [String] = []
                session.onNotice { heard.append($0.message) }
                try session.script("do $$ begin raise notice 'one'; raise warning 'two'; end $$")
                session.onNotice(nil)
                try session.script("do $$ begin raise notice 'three'; end $$")
                return heard
            }
        }
        #expect(heard == ["one", "two"])
    }
}
