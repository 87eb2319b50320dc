import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@Suite(.backops(checksInvariants: false)) struct `A row that a client cannot read` {
    @Test func `is an unexpected answer`() async throws {
        let client = BackOpsClient(TestDatabase.current.database)
        let handle = try await client.enqueue(OperationRequest("Errand"))
        // It always has one.
        try await TestDatabase.current.script(
            "alter table operations alter column name drop not null; update operations set name = null"
        )
        let one = await #expect(throws: BackOpsError.self) { try await client.operation(handle.id) }
        let all = await #expect(throws: BackOpsError.self) { try await client.operations.all() }
        for error in [one, all] {
            #expect(error?.code == .unexpectedAnswer)
            #expect((error?.underlying as? PQError)?.code == .decoding)
        }
        await client.close()
    }
}
