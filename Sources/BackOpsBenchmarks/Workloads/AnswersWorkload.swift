import BackOps

/// How long an operation that waits for an answer takes to go on.
struct AnswersWorkload: Workload {
    let name: String
    let summary: String
    private let operation: any BenchOperation
    private let answer: @Sendable (BackOpsClient, Int64) async throws -> Void

    static let signals = AnswersWorkload(
        name: "signals",
        summary:
            "one signal every 50 ms, 200 times: the call of signal to start of the action behind its wait",
        operation: Awaiting()
    ) { client, id in
        try await client.signal(id, "go")
    }
    static let approvals = AnswersWorkload(
        name: "approvals",
        summary:
            "one decision every 50 ms, likewise: the call of decide to start of the action behind its approval",
        operation: Asking()
    ) { client, id in
        try await client.decide(id, "go", .approved, decidedBy: "bench")
    }

    private init(
        name: String,
        summary: String,
        operation: any BenchOperation,
        answer: @escaping @Sendable (BackOpsClient, Int64) async throws -> Void
    ) {
        self.name = name
        self.summary = summary
        self.operation = operation
        self.answer = answer
    }

    private static let pause = Duration.milliseconds(50)

    /// So many operations beforehand, which prepare statements and fill caches.
    private static let warmUp = 10

    func run(in laboratory: Laboratory) async throws -> [Figure] {
        let answers = laboratory.scaled(200, atLeast: 10)
        let expected = Self.warmUp + answers
        return try await laboratory.withDatabase { database in
            try await database.insert(operation, expected)
            try await database.settle()
            var options = laboratory.worker
            options.recordsStarts = true
            let worker = try WorkerProcess(database, options)
            try await database.waitForIdleWorker(worker)
            let start = ProcessorTime.monotonic
            let calls = try await database.withClient { try await send($0) }
            let seconds = ProcessorTime.monotonic - start
            try await database.waitForIdleWorker(worker)
            let report = try await worker.stop()
            let proof = try await database.proof(after: 0, bodies: report.bodies)
            try laboratory.require(proof.faults(operations: expected, actions: expected), of: name)
            let waits = calls.dropFirst(Self.warmUp).compactMap { id, sent in
                report.starts[id].map { ($0 - sent) * 1000 }
            }
            return [("p50", 0.5), ("p99", 0.99)].map { variant, share in
                Figure(
                    workload: name,
                    variant: variant,
                    value: waits.percentile(share) ?? .nan,
                    unit: .milliseconds,
                    count: answers,
                    seconds: seconds
                )
            }
        }
    }

    private func send(_ client: BackOpsClient) async throws -> [(id: Int64, sent: Double)] {
        var calls: [(id: Int64, sent: Double)] = []
        for id in try await client.operations.withStatus(.waiting).ids() {
            try await Task.sleep(for: Self.pause)
            calls.append((id, ProcessorTime.monotonic))
            try await answer(client, id)
        }
        return calls
    }
}
