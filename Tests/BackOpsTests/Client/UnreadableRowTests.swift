import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@Suite(.backops(checksInvariants: false)) struct `A row that a client cannot read` {
    @Test func `is an unexpected answer`() async throws {
        let client = BackOpsClient(TestDatabase.current.database)
        let handle = try await client.enqueue(Enqueue("Errand"))
        // As a later release might write it.
        try await TestDatabase.current.script(
            """
            alter domain operation_state drop constraint operations_state_is_known;
            update operations set state = 'resting', ended_at = clock_timestamp();
            """
        )
        let one = await #expect(throws: BackOpsError.self) { try await client.operation(handle.id) }
        let all = await #expect(throws: BackOpsError.self) { try await client.operations.all() }
        for error in [one, all] {
            #expect(error?.code == .unexpectedAnswer)
            #expect(error?.message.contains("is in the state \"resting\"") == true)
            #expect((error?.underlying as? PQError)?.code == .decoding)
        }
        await client.close()
    }
}
