import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@Suite(.backops(checksInvariants: false)) struct `A row that a client cannot read` {
    @Test func `is an unexpected answer`() async throws {
        let client = BackOpsClient(TestDatabase.current.database)
        let handle = try await client.enqueue(OperationRequest("Errand"))
        // A tag that is none.
        try await TestDatabase.current.script(
            """
            alter domain tag_list drop constraint operations_tags_are_a_list;
            update operations set tags = array[null];
            """
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
