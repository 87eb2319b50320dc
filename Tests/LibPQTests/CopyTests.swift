import LibPQ
import Testing

@Suite(.server, .timeLimit(.minutes(5))) struct `Copying rows in` {
    private func withTable<R>(_ body: (PQConnection, String) async throws -> R) async throws -> R {
        let table = uniqueName()
        return try await withConnection { connection async throws in
            try await connection.script("create temp table \(table) (id int, name text)")
            return try await body(connection, table)
        }
    }

    @Test func `a hundred thousand rows come in`() async throws {
        try await withTable { connection, table async throws in
            let chunks = (0..<100).map { chunk in
                Array((0..<1000).map { "\(chunk * 1000 + $0)\tname \($0)\n" }.joined().utf8)
            }
            #expect(try await connection.copyIn("copy \(table) from stdin", chunks: chunks) == 100_000)
            let row = try await connection.query("select count(*), max(id) from \(identifier: table)")[0]
            #expect(try row.decode(as: Int.self, Int.self) == (100_000, 99_999))
        }
    }

    @Test func `a bad row undoes all and names its line`() async throws {
        try await withTable { connection, table async throws in
            let chunks = ["1\ta\n", "x\tb\n", "3\tc\n"].map { Array($0.utf8) }
            let error = try #require(
                await errorOf { try await connection.copyIn("copy \(table) from stdin", chunks: chunks) }
            )
            #expect(error.sqlState == .invalidTextRepresentation)
            #expect(error.context?.contains("line 2") == true)
            #expect(try await connection.query("select * from \(identifier: table)").isEmpty)
        }
    }

    @Test func `a statement that is no COPY is reported`() async throws {
        try await withTable { connection, _ async throws in
            #expect(await errorOf { try await connection.copyIn("select 1", chunks: [[]]) }?.code == .misuse)
            #expect(
                await errorOf { try await connection.copyIn("copy no_such_table from stdin", chunks: [[]]) }?
                    .code == .server
            )
            #expect(try await connection.query("select 1").count == 1)
        }
    }

    @Test func `copying is part of a transaction`() async throws {
        try await withTable { connection, table async throws in
            let count = try await connection.withTransaction { transaction in
                try await transaction.copyIn("copy \(table) from stdin", chunks: [Array("1\ta\n".utf8)])
            }
            #expect(count == 1)
        }
    }
}
