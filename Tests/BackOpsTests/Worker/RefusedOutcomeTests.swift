import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

/// Some actions write more than the globals may hold.
struct Hoarding: OperationDefinition {
    var branches: [Branch] {
        Do("Write") { context in
            let size = context["size"]?.integerValue ?? 0
            context["text"] = .string(String(repeating: "x", count: Int(size)))
        }
        .retry(.constant(maxAttempts: 1, delay: .zero))
    }
}

@Suite(.backops, .timeLimit(.minutes(5))) struct `A result that cannot be stored` {
    @Test func `is the failure of its own action, and the others of its batch complete`() async throws {
        let client = BackOpsClient(TestDatabase.current.database)
        let ids = try await client.enqueue(
            Hoarding.self,
            batch: (0..<20).map { ["size": .integer($0 % 10 == 3 ? 1_100_000 : 10)] }
        )
        try await BackOpsWorker.test({ $0.concurrency = 20 }) { Hoarding() }.drain()
        let failed = try await TestDatabase.current.query(
            "select id from operations where state = 'failed' order by id"
        )
        #expect(try failed.map { try $0.decode(0, as: Int64.self) } == [ids[3], ids[13]])
        let completed = try await TestDatabase.current.value(
            "select count(*) from operations where state = 'completed'",
            as: Int.self
        )
        #expect(completed == 18)
        let messages = try await TestDatabase.current.query("select distinct error_message from attempts")
        #expect(
            try messages.map { try $0.decode(0, as: String.self) }.allSatisfy {
                $0.contains("larger than 1 MiB")
            }
        )
        #expect(try await TestDatabase.current.value("select count(*) from attempts", as: Int.self) == 2)
        await client.close()
    }
}
