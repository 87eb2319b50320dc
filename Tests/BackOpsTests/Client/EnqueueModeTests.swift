import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Testing

@Suite(.backops) struct `The mode of an enqueue` {
    private func request(_ mode: EnqueueMode, _ n: Int, key: String? = "k") -> OperationRequest {
        let globals = Globals([JSONValue.Key("n\(n)"): .integer(Int64(n))])
        var request = OperationRequest("Errand", globals, key: key)
        request.mode = mode
        return request
    }

    @Test(
        arguments: [
            (EnqueueMode.once, EnqueueOutcome.existing), (.unlessActive, .existing),
            (.replaceWaiting, .replaced),
            (.cancelAndReplace, .replaced), (.throttle(for: .milliseconds(1_500_000)), .dropped),
            (.debounce(for: .seconds(60)), .replaced),
            (.debounce(for: .microseconds(60_000_001), atMost: .seconds(600), payload: .merge), .merged),
            (.debounce(for: .seconds(60), payload: .append), .merged),
        ]
    )
    func `decides, and the answer says what it did`(mode: EnqueueMode, outcome: EnqueueOutcome) async throws {
        try await withClient { client async throws in
            let first = try await client.enqueueKeyed(request(mode, 1))
            #expect(first.outcome == .created)
            let second = try await client.enqueueKeyed(request(mode, 2))
            #expect(second.outcome == outcome)
            #expect((second.handle.id == first.handle.id) == (mode != .cancelAndReplace))
            // A request means the same to every call that takes one.
            let third = try await client.enqueue(request(mode, 3))
            #expect((third.id == first.handle.id) == (mode != .cancelAndReplace))
            #expect(try await third.record().key == "k")
            let counts = try await client.enqueue(stream: [request(mode, 4)])
            #expect(counts.total == 1)
            #expect(counts.enqueued == 0)
        }
    }

    @Test func `goes with a request into the caller's own transaction, and by another PostgreSQL client`()
        async throws
    {
        try await withClient { client async throws in
            let first = try await client.enqueueKeyed(request(.unlessActive, 1))
            let second = try await client.transaction { transaction in
                try await client.enqueue(request(.unlessActive, 2), in: transaction)
            }
            #expect(second.id == first.handle.id)
            let (sql, parameters) = try request(.unlessActive, 3).statement(
                schema: TestDatabase.current.schema
            )
            #expect(sql.contains("enqueue_keyed"))
            #expect(parameters.last == "unless_active")
        }
    }

    @Test func `is refused without a key, and where it is none`() async throws {
        try await withClient { client async throws in
            for bad in [request(.unlessActive, 1, key: nil), request(EnqueueMode("sometimes"), 1)] {
                await #expect(throws: BackOpsError.self) { try await client.enqueue(bad) }
                let error = await #expect(throws: BackOpsError.self) { try await client.enqueueKeyed(bad) }
                #expect(error?.code == .invalidArgument)
            }
        }
    }

    @Test func `of many is counted by outcome`() async throws {
        try await withClient { client async throws in
            let results = try await client.enqueueKeyed(
                [request(.unlessActive, 1), request(.unlessActive, 2), request(.once, 3), request(.once, 4)]
            )
            #expect(results.map(\.outcome) == [.created, .existing, .created, .existing])
            let debounce = EnqueueMode.debounce(for: .seconds(60), payload: .merge)
            let counts = try await client.enqueue(stream: (1...5).map { request(debounce, $0, key: "d") })
            #expect(counts == EnqueueCounts(enqueued: 1, merged: 4))
        }
    }
}
