import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Foundation
import LibPQ
import Synchronization
import Testing

@Suite(.backops) struct `Enqueueing a stream` {
    private static let chunk = EnqueueChunk.maxCount

    private func request(_ n: Int, key: String? = nil) -> OperationRequest {
        var request = OperationRequest(Errand.self, ["n": .integer(Int64(n))])
        request.key = key
        return request
    }

    private func operations() async throws -> Int {
        try await TestDatabase.current.value("select count(*) from operations", as: Int.self)
    }

    @Test func `takes all of it, in transactions of bounded size, and never reads ahead of them`()
        async throws
    {
        try await withClient { client async throws in
            let flow = ReadAhead()
            let source = Pull(2 * Self.chunk + 10) { n in
                flow.pulled(n)
                return request(n)
            }
            let counts = try await client.enqueue(stream: source) { counts in
                #expect(flow.pulled == counts.total)
                flow.committed(counts.total)
            }
            #expect(counts == EnqueueCounts(enqueued: 2 * Self.chunk + 10))
            #expect(flow.mostAhead == Self.chunk)
            let row = try await TestDatabase.current.query(
                """
                select count(*), count(distinct xmin::text), count(distinct globals), (select count(*) from jobs)
                  from operations
                """
            )[0]
            let total = 2 * Self.chunk + 10
            #expect(try row.decode(as: Int.self, Int.self, Int.self, Int.self) == (total, 3, total, total))
        }
    }

    @Test func `of large documents is held to 4 MiB`() async throws {
        try await withClient { client async throws in
            let text = String(repeating: "x", count: 200_000)
            let flow = ReadAhead()
            let source = Pull(50) { n in
                flow.pulled(n)
                return OperationRequest(Errand.self, ["text": .string(text)])
            }
            try await client.enqueue(stream: source) { flow.committed($0.total) }
            #expect(flow.mostAhead == 21)
            #expect(try await operations() == 50)
        }
    }

    @Test func `that is a sequence is read as it is enqueued`() async throws {
        try await withClient { client async throws in
            let flow = ReadAhead()
            let requests = (0..<Self.chunk + 1).lazy.map { n in
                flow.pulled(n)
                return request(n)
            }
            var seen: [Int] = []
            let counts = try await client.enqueue(stream: requests) { counts in
                seen.append(flow.pulled)
                #expect(seen.last == counts.total)
            }
            #expect(seen == [Self.chunk, Self.chunk + 1])
            #expect(counts.enqueued == Self.chunk + 1)
            #expect(try await client.enqueue(stream: [OperationRequest]()) == EnqueueCounts())
        }
    }

    @Test func `counts keys that are taken, in one transaction and across them`() async throws {
        try await withClient { client async throws in
            try await client.enqueue(Errand.self, ["n": -1], key: "7")
            let keys = Self.chunk + Self.chunk / 2
            let requests = (0..<2 * keys).lazy.map { n in
                request(n, key: n.isMultiple(of: 2) ? "\(n % keys)" : nil)
            }
            let counts = try await client.enqueue(stream: requests)
            let expected = Set(requests.compactMap(\.key))
            let unkeyed = keys
            #expect(counts.enqueued == expected.count + unkeyed - (expected.contains("7") ? 1 : 0))
            #expect(counts.total == 2 * keys)
            #expect(
                try await TestDatabase.current.value(
                    "select count(distinct key) from operations",
                    as: Int.self
                )
                    == expected.union(["7"]).count
            )
            #expect(try await operations() == expected.union(["7"]).count + unkeyed)
        }
    }

    @Test func `gives a key to the first of its requests, also where they differ in more`() async throws {
        try await withClient { client async throws in
            let requests = (0..<6).map { n in
                var request = request(n, key: n < 3 ? "first \(n)" : "shared")
                request.queue = n.isMultiple(of: 2) ? "even" : "odd"
                return request
            }
            #expect(try await client.enqueue(stream: requests) == EnqueueCounts(enqueued: 4, existing: 2))
            let shared = try #require(try await client.operations.globalsContain(["n": 3]).first())
            #expect(shared.key == "shared")
            #expect(shared.queue == "odd")
        }
    }

    @Test func `lets requests differ in everything, in one transaction`() async throws {
        try await withClient { client async throws in
            let at = Date(timeIntervalSince1970: 4_102_444_800)
            var dated = request(0)
            dated.when = .at(at)
            var delayed = request(2)
            delayed.when = .in(.seconds(3600))
            var labelled = OperationRequest("Elsewhere", ["n": 3])
            labelled.tags = ["a", "b c"]
            labelled.priority = 1
            labelled.queue = "mail"
            labelled.key = "k"
            let own = try OperationRequest(name: "one-off", ["n": 4]) { Do("Sweep") { _ in } }
            try await client.enqueue(stream: [dated, request(1), delayed, labelled, own, own])
            let texts = try await TestDatabase.current.query(
                """
                select format('%s %s %s %s %s %s', o.globals ->> 'n', o.name, o.queue, o.priority, o.tags, j.handler),
                       case when o.perform_at - o.created_at between '59 min' and '61 min' then 'in an hour'
                            when o.perform_at <= o.created_at + interval '1 s' then 'now' else o.perform_at::date::text end
                  from operations o
                  join jobs j on j.operation_id = o.id
                 order by o.id
                """
            ).map { try $0.decode(as: String.self, String.self) }
            #expect(
                texts.map { "\($0) \($1)" } == [
                    "0 Errand default 5 {} Errand/ 2100-01-01", "1 Errand default 5 {} Errand/ now",
                    "2 Errand default 5 {} Errand/ in an hour",
                    "3 Elsewhere mail 1 {a,\"b c\"} Elsewhere/ now", "4 one-off default 5 {} /Sweep now",
                    "4 one-off default 5 {} /Sweep now",
                ]
            )
            #expect(
                try await TestDatabase.current.value(
                    "select count(distinct xmin::text) from operations",
                    as: Int.self
                )
                    == 1
            )
        }
    }

    @Test func `whose source fails keeps what has been committed, and can be repeated with keys`()
        async throws
    {
        struct Broken: Error {}
        try await withClient { client async throws in
            let total = Self.chunk + 100
            var last = EnqueueCounts()
            await #expect(throws: Broken.self) {
                try await client.enqueue(
                    stream: Pull(total) { n in
                        guard n < Self.chunk + 50 else { throw Broken() }
                        return request(n, key: "\(n)")
                    }
                ) { last = $0 }
            }
            #expect(last == EnqueueCounts(enqueued: Self.chunk))
            #expect(try await operations() == Self.chunk)
            let again = try await client.enqueue(stream: (0..<total).lazy.map { request($0, key: "\($0)") })
            #expect(again == EnqueueCounts(enqueued: 100, existing: Self.chunk))
            #expect(try await operations() == total)
        }
    }

    @Test func `goes on behind what was committed, without keys`() async throws {
        struct Broken: Error {}
        try await withClient { client async throws in
            let total = Self.chunk + 100
            var done = 0
            await #expect(throws: Broken.self) {
                try await client.enqueue(
                    stream: Pull(total) { n in
                        guard n < total - 1 else { throw Broken() }
                        return request(n)
                    }
                ) { done = $0.total }
            }
            try await client.enqueue(stream: (0..<total).lazy.dropFirst(done).map { request($0) })
            let row = try await TestDatabase.current.query(
                "select count(*), count(distinct globals) from operations"
            )[0]
            #expect(try row.decode(as: Int.self, Int.self) == (total, total))
        }
    }

    @Test func `says what was refused, and enqueues nothing of that transaction`() async throws {
        try await withClient { client async throws in
            var bad = request(1)
            bad.queue = "No Queue"
            for requests in [[request(0), bad, request(2)], [bad]] {
                let error = await #expect(throws: BackOpsError.self) {
                    try await client.enqueue(stream: requests)
                }
                #expect(error?.code == .invalidArgument && error?.subject == "queue")
            }
            let unsendable = OperationRequest(Errand.self, ["x": "\0"])
            let error = await #expect(throws: BackOpsError.self) {
                try await client.enqueue(stream: [request(0), unsendable])
            }
            #expect(error?.code == .invalidGlobals)
            #expect(try await operations() == 0)
        }
    }

    @Test(arguments: [false, true])
    func `whose task is cancelled stops, and keeps what has been committed`(
        betweenRequests: Bool
    ) async throws {
        try await withClient { client async throws in
            let flow = ReadAhead()
            let task = Task {
                try await client.enqueue(
                    stream: Pull(3 * Self.chunk) { n in
                        flow.pulled(n)
                        if betweenRequests, n == Self.chunk + 5 { withUnsafeCurrentTask { $0?.cancel() } }
                        return request(n)
                    }
                ) { _ in
                    if !betweenRequests { withUnsafeCurrentTask { $0?.cancel() } }
                }
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(flow.pulled == (betweenRequests ? 2 : 1) * Self.chunk)
            #expect(try await operations() == Self.chunk)
        }
    }

    @Test func `that ends because its task was cancelled does not pass for a whole one`() async throws {
        try await withClient { client async throws in
            let task = Task {
                try await client.enqueue(
                    stream: AsyncStream<OperationRequest> { _ in withUnsafeCurrentTask { $0?.cancel() } }
                )
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await operations() == 0)
        }
    }
}

/// How far a source has been read ahead of what is committed.
private final class ReadAhead: Sendable {
    private let state = Mutex((pulled: 0, committed: 0, mostAhead: 0))

    func pulled(_ number: Int) {
        state.withLock {
            $0.pulled = number + 1
            $0.mostAhead = max($0.mostAhead, $0.pulled - $0.committed)
        }
    }

    func committed(_ count: Int) { state.withLock { $0.committed = count } }

    var pulled: Int { state.withLock { $0.pulled } }
    var mostAhead: Int { state.withLock { $0.mostAhead } }
}

/// Elements that are made when they are asked for.
private struct Pull: AsyncSequence, Sendable {
    let count: Int
    let make: @Sendable (Int) throws -> OperationRequest

    init(_ count: Int, _ make: @escaping @Sendable (Int) throws -> OperationRequest) {
        self.count = count
        self.make = make
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        let source: Pull
        var n = 0

        mutating func next() async throws -> OperationRequest? {
            guard n < source.count else { return nil }
            defer { n += 1 }
            return try source.make(n)
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(source: self) }
}
