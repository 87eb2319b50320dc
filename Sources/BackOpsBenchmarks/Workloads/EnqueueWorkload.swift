import BackOps

/// Operations that one client enqueues through the Swift API, one per transaction and in bulk.
struct EnqueueWorkload: Workload {
    let name = "enqueue"
    let summary =
        "operations enqueued by one client: 3,000 one by one, and in a mode of their key; by 64 tasks; 100 times 1,000, once 100,000; a stream of 200,000, and one with keys"

    func run(in laboratory: Laboratory) async throws -> [Figure] {
        let streamed = laboratory.scaled(200_000)
        let perTask = laboratory.scaled(1000)
        return [
            try await measure(laboratory, "single", calls: laboratory.scaled(3000, atLeast: 20), each: 1) {
                client,
                call in
                try await client.enqueue(OneAction.self, ["n": .integer(Int64(call))])
            },
            try await measure(
                laboratory,
                "single, unless active",
                calls: laboratory.scaled(3000, atLeast: 20),
                each: 1
            ) {
                client,
                call in
                var request = OperationRequest(OneAction.self, ["n": .integer(Int64(call))])
                request.key = "key-\(call)"
                request.mode = .unlessActive
                try await client.enqueueKeyed(request)
            },
            try await measure(laboratory, "concurrent", calls: 1, each: perTask * Self.tasks) { client, _ in
                try await Self.enqueue(client, perTask) { _ in nil }
            },
            try await measure(laboratory, "concurrent with keys", calls: 1, each: perTask * Self.tasks) {
                client,
                _ in
                try await Self.enqueue(client, perTask) { "key-\($0)" }
            },
            try await measure(laboratory, "bulk 1,000", calls: laboratory.scaled(100), each: 1000) {
                client,
                _ in
                try await client.enqueue(OneAction.self, batch: Self.documents(1000))
            },
            try await measure(laboratory, "bulk 100,000", calls: 1, each: laboratory.scaled(100_000)) {
                client,
                _ in
                try await client.enqueue(OneAction.self, batch: Self.documents(laboratory.scaled(100_000)))
            },
            try await measure(laboratory, "stream", calls: 1, each: streamed) { client, _ in
                let requests = Self.documents(streamed).map { OperationRequest(OneAction.self, $0) }
                try await client.enqueue(stream: requests)
            },
            try await measure(laboratory, "stream with keys", calls: 1, each: streamed) { client, _ in
                let requests = (0..<streamed).lazy.map { number in
                    var request = OperationRequest(OneAction.self, ["n": .integer(Int64(number))])
                    request.key = "key-\(number)"
                    return request
                }
                try await client.enqueue(stream: requests)
            },
        ]
    }

    /// The tasks that enqueue at the same time, one operation after the other, as the handlers of a server do.
    private static let tasks = 64

    private static func enqueue(
        _ client: BackOpsClient,
        _ perTask: Int,
        key: @escaping @Sendable (Int) -> String?
    ) async throws {
        try await withThrowingTaskGroup { group in
            for task in 0..<tasks {
                group.addTask {
                    for number in task * perTask..<(task + 1) * perTask {
                        try await client.enqueue(
                            OneAction.self,
                            ["n": .integer(Int64(number))],
                            key: key(number)
                        )
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func documents(_ count: Int) -> LazyMapSequence<Range<Int>, Globals> {
        (0..<count).lazy.map { ["n": .integer(Int64($0))] }
    }

    /// So many calls beforehand, which prepare statements and fill caches.
    private static let warmUp = 10

    private func measure(
        _ laboratory: Laboratory,
        _ variant: String,
        calls: Int,
        each: Int,
        _ enqueue: (BackOpsClient, Int) async throws -> Void
    ) async throws -> Figure {
        laboratory.progress.say("enqueue: \(variant)")
        return try await laboratory.withDatabase { database in
            try await database.define(OneAction())
            let figure = try await database.withClient { client in
                for number in 0..<Self.warmUp {
                    try await client.enqueue(OneAction.self, ["n": .integer(Int64(number))])
                }
                try await database.settle()
                ProcessFiles.forgetPeak()
                let serverBefore = database.processes?.seconds
                let processorBefore = ProcessorTime.seconds
                let start = ProcessorTime.monotonic
                for call in 0..<calls {
                    try await enqueue(client, call)
                }
                let seconds = ProcessorTime.monotonic - start
                let operations = calls * each
                let processor = ProcessorTime.seconds - processorBefore
                let server = serverBefore.flatMap { before in
                    database.processes?.seconds.map { $0 - before }
                }
                return Figure(
                    workload: name,
                    variant: variant,
                    value: Double(operations) / seconds,
                    unit: .operationsPerSecond,
                    count: operations,
                    seconds: seconds,
                    workerMicroseconds: processor * 1e6 / Double(operations),
                    serverMicroseconds: server.map { $0 * 1e6 / Double(operations) },
                    megabytes: ProcessFiles.peakMegabytes
                )
            }
            let proof = try await database.proof(after: 0, bodies: nil)
            let expected = Self.warmUp + calls * each
            try laboratory.require(
                proof.faultsOfEnqueueing(operations: expected, actions: expected),
                of: figure.title
            )
            return figure
        }
    }
}

extension BenchDatabase {
    /// Lends a client with two connections: one task at a time uses one, and common round trips another.
    func withClient<R>(_ body: (BackOpsClient) async throws -> R) async throws -> R {
        var database = database
        database.maxConnections = 2
        let client = BackOpsClient(database)
        do {
            let result = try await body(client)
            await client.close()
            return result
        } catch {
            await client.close()
            throw error
        }
    }
}
