import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Testing

struct Greeting: OperationDefinition {
    var branches: [Branch] {
        Do("Write") { context in
            let name = context["name"]?.stringValue ?? "you"
            context["text"] = "Hello, \(name)!"
        }
    }
}

@Suite(.backops) struct `A greeting in a database` {
    @Test func `is written once, however often it is enqueued`() async throws {
        let database = TestDatabase.current.database
        let client = BackOpsClient(database)
        for _ in 1...2 { try await client.enqueue(Greeting.self, ["name": "Ann"], key: "ann") }

        try await BackOpsWorker(database) { Greeting() }.drain()

        let operations = try await client.operations.all()
        #expect(operations.map(\.state) == [.completed])
        #expect(operations.first?.globals["text"] == "Hello, Ann!")
        await client.close()
    }
}
