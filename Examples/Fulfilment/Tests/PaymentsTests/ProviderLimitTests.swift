import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Payments
import Testing

/// With a database, because no operation alone can break a limit.
@Suite(.backops) struct `The limits of a payment provider` {
    @Test func `are kept by all workers together, and so are a customer's turns`() async throws {
        let database = TestDatabase.current.database
        let client = BackOpsClient(database)
        let provider = DemoPayments(atOnce: 20, perSecond: 100)
        let ids = try await client.enqueue(
            Purchase.self,
            batch: (1...200).map { number in
                [
                    "order": .string("\(number)"), "customer": .string("customer \(number % 60)"),
                    "cents": .integer(number),
                ]
            }
        )

        try await withThrowingTaskGroup { workers in
            for _ in 1...3 {
                workers.addTask {
                    try await BackOpsWorker(database, concurrency: 20) { Purchase(provider: provider) }.run()
                }
            }
            for id in ids { _ = try await client.handle(id).result() }
            workers.cancelAll()
        }

        let account = provider.account
        #expect(account.mostAtOnce <= 20)
        #expect(account.overtaken == [])
        #expect(account.cents.count == 200)
        // On a machine that stands still for a moment the provider may have refused some, which is in the history, and was tried again.
        let failed = try await TestDatabase.current.value(
            "select count(*) from attempts where outcome = 'failed'",
            as: Int.self
        )
        #expect(failed == account.refusals)
        #expect(try await client.operations.all().map(\.state) == Array(repeating: .completed, count: 200))
        await client.close()
    }

    @Test func `let a customer's purchases through in the order in which they came`() async throws {
        let database = TestDatabase.current.database
        let client = BackOpsClient(database)
        let provider = DemoPayments(pace: .zero)
        try await client.enqueue(
            Purchase.self,
            batch: (1...20).map { ["order": .string("\($0)"), "customer": "Ann", "cents": .integer($0)] }
        )
        try await BackOpsWorker(database) { Purchase(provider: provider) }.drain()
        let ended = try await TestDatabase.current
            .query("select globals ->> 'order' from operations order by ended_at, id")
            .map { try $0.decode(0, as: String.self) }
        #expect(ended == (1...20).map(String.init))
        await client.close()
    }
}
