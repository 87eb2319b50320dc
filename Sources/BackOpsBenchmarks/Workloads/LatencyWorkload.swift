import BackOps

/// How long an operation waits for a worker that has nothing else to do.
struct LatencyWorkload: Workload {
    let name = "latency"
    let summary = "one operation every 50 ms, 200 times: return of the enqueue to start of the action"

    private static let pause = Duration.milliseconds(50)

    /// So many operations beforehand, which prepare statements and fill caches.
    private static let warmUp = 10

    func run(in laboratory: Laboratory) async throws -> [Figure] {
        let operations = laboratory.scaled(200, atLeast: 10)
        return try await laboratory.withDatabase { database in
            try await database.define(OneAction())
            try await database.settle()
            var options = laboratory.worker
            options.recordsStarts = true
            let worker = try WorkerProcess(database, options)
            try await database.waitForIdleWorker(worker)
            let start = ProcessorTime.monotonic
            let calls = try await database.withClient { try await enqueue($0, Self.warmUp + operations) }
            let seconds = ProcessorTime.monotonic - start
            try await database.waitForIdleWorker(worker)
            let report = try await worker.stop()
            let proof = try await database.proof(after: 0, bodies: report.bodies)
            let expected = Self.warmUp + operations
            try laboratory.require(proof.faults(operations: expected, actions: expected), of: name)
            let measured = calls.dropFirst(Self.warmUp)
            let waits = measured.compactMap { call in
                report.starts[call.id].map { max(0, $0 - call.end) * 1000 }
            }
            let whole = measured.compactMap { call in report.starts[call.id].map { ($0 - call.start) * 1000 }
            }
            return [("p50", 0.5), ("p99", 0.99)].map { variant, share in
                Figure(
                    workload: name,
                    variant: variant,
                    value: waits.percentile(share) ?? .nan,
                    unit: .milliseconds,
                    count: operations,
                    seconds: seconds,
                    details: ["with_enqueue": JSONValue(rounded: whole.percentile(share))]
                )
            }
        }
    }

    private struct Call {
        let id: Int64
        let start: Double
        let end: Double
    }

    private func enqueue(_ client: BackOpsClient, _ count: Int) async throws -> [Call] {
        var calls: [Call] = []
        for _ in 0..<count {
            try await Task.sleep(for: Self.pause)
            let start = ProcessorTime.monotonic
            let handle = try await client.enqueue(OneAction.self)
            calls.append(Call(id: handle.id, start: start, end: ProcessorTime.monotonic))
        }
        return calls
    }
}
