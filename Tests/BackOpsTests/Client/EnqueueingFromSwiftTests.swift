import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Foundation
import LibPQ
import Testing

/// One action without an effect.
struct Errand: OperationDefinition {
    static let name = "Errand"
    var branches: [Branch] { Do("Go") { _ in } }
}

@Suite(.backops) struct `Enqueueing from Swift` {
    @Test func `gives a handle whose result is the operation as it ended`() async throws {
        try await withClient { client async throws in
            let handle = try await client.enqueue(Errand.self, ["n": 1])
            try await BackOpsWorker.test { Errand() }.drain()
            let record = try await handle.result(timeout: .seconds(600))
            #expect(record.id == handle.id)
            #expect(record.state == .completed)
            #expect(record.globals["n"] == 1)
            #expect(record.endedAt != nil)
        }
    }

    @Test func `waits for a result only as long as it is told`() async throws {
        try await withClient { client async throws in
            let handle = try await client.enqueue(Errand.self)
            let error = await #expect(throws: BackOpsError.self) {
                try await handle.result(timeout: .milliseconds(30))
            }
            #expect(error?.code == .timedOut)
            #expect(try await handle.record().state == .active)
        }
    }

    @Test func `with a key that is taken changes nothing, and refers to the operation that has it`()
        async throws
    {
        try await withClient { client async throws in
            let first = try await client.enqueue(Errand.self, ["n": 1], key: "k")
            let second = try await client.enqueue(Errand.self, ["n": 2], key: "k")
            #expect(first.id == second.id)
            #expect(try await first.record().globals["n"] == 1)
        }
    }

    @Test func `for later sets the time by the database's clock`() async throws {
        try await withClient { client async throws in
            try await BackOpsWorker.test { Errand() }.drain()
            let at = Date(timeIntervalSince1970: 4_102_444_800)
            let dated = try await client.enqueue(Errand.self, [:], when: .at(at))
            #expect(try await dated.record().runAt == at)
            let delayed = try await client.enqueue(Errand.self, [:], when: .in(.seconds(3600)))
            #expect(try await delayed.record().status == .scheduled)
            try await BackOpsWorker.test { Errand() }.drain()
            #expect(try await dated.record().attempt == 0)
        }
    }

    @Test func `takes all that a row can hold`() async throws {
        try await withClient { client async throws in
            let tags = ["eu", "a \"quoted\" one", "back\\slash", "{1,2}", ""]
            let handle = try await client.enqueue(
                Errand.self,
                ["text": "it's; drop table operations; --", "emoji": "🛒"],
                key: "o'clock",
                queue: "billing",
                priority: 0,
                tags: tags
            )
            let record = try await handle.record()
            #expect(record.tags == tags)
            #expect(record.queue == "billing")
            #expect(record.priority == 0)
            #expect(record.key == "o'clock")
            #expect(record.globals["emoji"] == "🛒")
            #expect(record.globals["text"] == "it's; drop table operations; --")
        }
    }

    @Test(
        .enabled("a pooler does not show the statements of a session") {
            try await TestServer.shared.pooler == nil
        }
    )
    func `one by one takes one prepared statement, and a transaction for each`() async throws {
        var database = TestDatabase.current.database
        database.maxConnections = 1
        let client = BackOpsClient(database)
        for n in 0..<20 { try await client.enqueue(Errand.self, ["n": .integer(Int64(n))], key: "\(n / 2)") }
        let prepared = try await client.pool.query(
            "select name, generic_plans + custom_plans from pg_prepared_statements where statement not like '%pg_prepared%'"
        )
        await client.close()
        #expect(prepared.count == 1)
        #expect(try prepared.first?.decode(1, as: Int64.self) == 20)
        #expect(
            try await TestDatabase.current.value(
                "select count(distinct xmin::text) from operations",
                as: Int.self
            )
                == 10
        )
    }

    @Test func `sends many in few statements, in their order`() async throws {
        try await withClient { client async throws in
            let ids = try await client.enqueue(
                Errand.self,
                batch: (0..<2500).lazy.map { ["n": .integer(Int64($0))] }
            )
            #expect(ids.count == 2500)
            #expect(ids == ids.sorted())
            #expect(try await client.handle(ids[1999]).record().globals["n"] == 1999)
        }
    }

    @Test func `sends many with keys once`() async throws {
        try await withClient { client async throws in
            let documents: [Globals] = (0..<10).map { ["n": .integer(Int64($0 % 5))] }
            let ids = try await client.enqueue(Errand.self, batch: documents, key: { $0["n"]?.description })
            #expect(Set(ids).count == 5)
            #expect(ids[0] == ids[5])
            #expect(
                try await client.enqueue(Errand.self, batch: documents, key: { $0["n"]?.description }) == ids
            )
        }
    }

    @Test func `in a transaction commits or vanishes with it`() async throws {
        try await withClient { client async throws in
            struct Undo: Error {}
            await #expect(throws: Undo.self) {
                try await client.transaction { transaction in
                    try await client.enqueue(OperationRequest(Errand.self, ["n": 1]), in: transaction)
                    throw Undo()
                }
            }
            #expect(try await client.operations.first() == nil)
            let handle = try await client.transaction { transaction in
                try await client.enqueue(OperationRequest(Errand.self, ["n": 2]), in: transaction)
            }
            #expect(try await handle.record().globals["n"] == 2)
        }
    }

    @Test func `works through any PostgreSQL client that can run a statement with text parameters`()
        async throws
    {
        struct TextOnly: SQLExecutor {
            let pool: PQPool
            func execute(_ sql: String, _ parameters: [String?]) async throws -> [[String?]] {
                var statement = SQLStatement(unescaped: "")
                var rest = sql[...]
                for (index, parameter) in parameters.enumerated() {
                    let end = try #require(rest.range(of: "$\(index + 1)"))
                    statement += SQLStatement(unescaped: String(rest[..<end.lowerBound]))
                    statement += "\(parameter)"
                    rest = rest[end.upperBound...]
                }
                statement += SQLStatement(unescaped: String(rest))
                return try await pool.query(statement).map { [try $0.decode(0, as: String?.self)] }
            }
        }
        try await withClient { client async throws in
            var request = OperationRequest(Errand.self, ["n": 7])
            request.when = .in(.seconds(60))
            request.key = "text"
            request.tags = ["a b", "c\"d"]
            let handle = try await client.enqueue(request, in: TextOnly(pool: client.pool))
            let record = try await handle.record()
            #expect(record.globals["n"] == 7)
            #expect(record.tags == ["a b", "c\"d"])
            #expect(record.key == "text")
        }
    }

    @Test(arguments: BadInput.all)
    func `refuses bad input in words, and writes nothing`(input: BadInput) async throws {
        try await withClient { client async throws in
            var request = OperationRequest("Errand")
            input.spoil(&request)
            let error = await #expect(throws: BackOpsError.self) { try await client.enqueue(request) }
            #expect(error?.description.contains(input.words) == true, "\(error?.description ?? "no error")")
            #expect(try await client.operations.first() == nil)
        }
    }

    @Test func `says what to do when the schema is missing, and when the database is away`() async throws {
        let missing = BackOpsClient(
            try BackOpsDatabase(TestDatabase.current.database.conninfo, schema: "nothing_here")
        )
        let error = await #expect(throws: BackOpsError.self) { try await missing.enqueue(Errand.self) }
        #expect(error?.code == .schemaMissing)
        await missing.close()
        let away = BackOpsClient(
            try BackOpsDatabase("host=127.0.0.1 port=1 user=nobody password=secret dbname=none")
        )
        let refused = await #expect(throws: BackOpsError.self) { try await away.enqueue(Errand.self) }
        #expect(refused?.code == .databaseUnavailable)
        #expect(refused.map { "\($0) \($0.debugDescription)" }?.contains("secret") == false)
        await away.close()
    }
}

/// Something that cannot be enqueued, and words that the error must contain.
struct BadInput: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let words: String
    let spoil: @Sendable (inout OperationRequest) -> Void

    static let all = [
        BadInput(testDescription: "priority out of range", words: "priority must be 0 to 9") {
            $0.priority = 10
        },
        BadInput(testDescription: "a queue that is no name", words: "queue") { $0.queue = "No Queue" },
        BadInput(testDescription: "a name with a slash", words: "without \"/\"") { $0.name = "a/b" },
        BadInput(testDescription: "an empty key", words: "key") { $0.key = "" },
        BadInput(testDescription: "a zero character", words: "u0000") { $0.globals["x"] = "\0" },
        BadInput(testDescription: "a document of 10 MB", words: "1 MiB") {
            $0.globals["x"] = .string(String(repeating: "x", count: 10 << 20))
        },
    ]
}
