import BackOps
import LibPQ

/// A fair queue with a backlog of one key and of a hundred others, into which newcomers come while a worker drains it.
struct FairWorkload: Workload {
    let name = "fair"
    let summary =
        "40,000 operations of one action in a fair queue, half of them of one key; actions started before the first one of a new key"

    private static let newcomers = 20
    private static let pause = Duration.milliseconds(20)

    func run(in laboratory: Laboratory) async throws -> [Figure] {
        let backlog = laboratory.scaled(40_000, atLeast: 10)
        let operations = backlog + Self.newcomers
        return try await laboratory.withDatabase { database in
            try await database.define(OneAction())
            try await database.shareQueue(by: "tenant")
            try await database.insertOfTenants(OneAction.name, backlog)
            try await database.settle()
            var options = laboratory.worker
            options.recordsStarts = true
            let run = WorkRun(database: database, options, actions: operations)
            var calls: [Call] = []
            let outcome = try await run.run { processes in
                try await database.waitForFirstClaim(of: processes)
                calls = try await database.withClient { try await enqueue($0) }
            }
            let proof = try await database.proof(after: 0, bodies: outcome.bodies)
            try laboratory.require(proof.faults(operations: operations, actions: operations), of: name)
            return [try await run.figure(name, outcome), newcomers(calls, outcome)]
        }
    }

    private struct Call {
        let id: Int64
        /// When the enqueue returned, by the clock that all processes share.
        let end: Double
    }

    /// Enqueues one operation each of so many new keys, one after the other.
    private func enqueue(_ client: BackOpsClient) async throws -> [Call] {
        var calls: [Call] = []
        for number in 1...Self.newcomers {
            try await Task.sleep(for: Self.pause)
            let handle = try await client.enqueue(OneAction.self, ["tenant": .string("new \(number)")])
            calls.append(Call(id: handle.id, end: ProcessorTime.monotonic))
        }
        return calls
    }

    /// How many actions started after the enqueue of a newcomer, and before it did.
    private func newcomers(_ calls: [Call], _ outcome: WorkRun.Outcome) -> Figure {
        let starts = outcome.workers.reduce(into: [Int64: Double]()) {
            $0.merge($1.starts) { first, _ in first }
        }
        let times = starts.values.sorted()
        let waits = calls.compactMap { call in starts[call.id].map { (call.end, max(call.end, $0)) } }
        let before = waits.map { wait in Double(times.count { $0 > wait.0 && $0 < wait.1 }) }
        let milliseconds = waits.map { ($0.1 - $0.0) * 1000 }
        return Figure(
            workload: name,
            variant: "before a newcomer, p50",
            value: before.percentile(0.5) ?? .nan,
            unit: .actions,
            count: calls.count,
            seconds: milliseconds.reduce(0, +) / 1000,
            details: [
                "most": JSONValue(rounded: before.max()),
                "milliseconds": JSONValue(rounded: milliseconds.percentile(0.5)),
                "most_milliseconds": JSONValue(rounded: milliseconds.max()),
            ]
        )
    }
}

extension BenchDatabase {
    /// Inserts operations, the first half of the tenant "large", and then of a hundred tenants in turn.
    fileprivate func insertOfTenants(_ operation: String, _ count: Int) async throws {
        try await pool.query(
            """
            insert into backops.operations (name, globals)
            select \(operation), jsonb_build_object('tenant', case when i <= \(Int32(count / 2)) then 'large' else 'small ' || i % 100 end)
              from generate_series(1, \(Int32(count))) as i
            """
        )
    }

    /// Returns when something has been claimed, or nobody is there who would.
    fileprivate func waitForFirstClaim(of processes: [WorkerProcess]) async throws {
        while !processes.contains(where: \.hasEnded) {
            let isMoving: Bool = try await pool.query(
                "select exists (select from backops.actions where completed_at is not null) or not exists (select from backops.jobs)"
            )[0].decode(0)
            if isMoving { return }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
