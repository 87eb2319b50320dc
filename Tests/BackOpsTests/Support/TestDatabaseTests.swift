import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@Suite(.backops, .timeLimit(.minutes(10))) struct `A throw-away database` {
    @Test(arguments: 1...3) func `belongs to one case of one test`(number: Int) async throws {
        let database = TestDatabase.current
        try await database.query("insert into operations (name) values ('A')")
        #expect(try await database.value("select count(*) from operations", as: Int.self) == 1)
        #expect(database.schema.hasPrefix("t_"))
    }

    @Test func `is gone after the closure, also when that throws`() async throws {
        struct Mishap: Error {}
        nonisolated(unsafe) var schema = ""
        await #expect(throws: Mishap.self) {
            try await withTestDatabase { database in
                schema = database.schema
                throw Mishap()
            }
        }
        #expect(schema != "" && schema != TestDatabase.current.schema)
        #expect(
            try await TestDatabase.current.value("select to_regnamespace(\(schema)) is null", as: Bool.self)
        )
    }

    @Test func `is dropped although the task is cancelled`() async throws {
        let (schemas, report) = AsyncStream.makeStream(of: String.self)
        let task = Task {
            try await withTestDatabase { database in
                report.yield(database.schema)
                try await database.query("select pg_sleep(60)")
            }
        }
        let schema = try #require(await schemas.first { _ in true })
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(
            try await TestDatabase.current.value("select to_regnamespace(\(schema)) is null", as: Bool.self)
        )
    }

    @Test(.backops(isolation: .database)) func `can be a database, for what a schema cannot keep apart`()
        async throws
    {
        let database = TestDatabase.current
        #expect(database.schema == "backops")
        #expect(try await database.value("select current_database()::text", as: String.self).hasPrefix("t_"))
        #expect(try await Migrator(database.database).status().isCurrent)
    }
}
