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

    @Test func `makes an issue of every invariant that a test leaves broken`() async throws {
        let test = try #require(Test.current)
        try await withKnownIssue {
            try await BackOpsTrait.backops.provideScope(for: test, testCase: nil) {
                try await TestDatabase.current.query("insert into operations (id, name) values (1, 'A')")
                try await TestDatabase.current.query("delete from jobs")
            }
        } matching: { issue in
            issue.comments.contains {
                $0.rawValue.contains("active_means_one_job: operation 1: active, without a job")
            }
        }
    }

    @Test func `may be left broken by a test that says so`() async throws {
        let test = try #require(Test.current)
        try await BackOpsTrait.backops(checksInvariants: false).provideScope(for: test, testCase: nil) {
            try await TestDatabase.current.query("insert into operations (id, name) values (1, 'A')")
            try await TestDatabase.current.query("delete from jobs")
        }
    }

    @Test(.backops(isolation: .database)) func `has no invariants where its migrations were taken back`()
        async throws
    {
        let database = TestDatabase.current
        for version in [7, 3, 0] {
            try await Migrator(database.database).down(to: version)
            #expect(try await database.violations().isEmpty)
        }
    }
}
