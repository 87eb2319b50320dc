import BackOps
import BackOpsCommand
import LibPQ

/// Very many operations go through a short queue, whose table should stay small.
///
/// Operations are enqueued as fast as the worker runs them, so that some ten thousand wait at any time.
struct ChurnWorkload: Workload {
    let name = "churn"
    let summary =
        "1,000,000 operations of one action go through a queue of 10,000: rate, and what tables take on disk"

    private static let chunk = 1000

    func run(in laboratory: Laboratory) async throws -> [Figure] {
        let operations = laboratory.scaled(1_000_000, atLeast: 100)
        let waiting = laboratory.scaled(10_000, atLeast: 10)
        return try await laboratory.withDatabase { database in
            try await database.insert(OneAction(), waiting)
            try await database.settle()
            var jobs = Sizes(start: try await database.bytes(of: ["jobs"]))
            let run = WorkRun(database: database, laboratory.worker, actions: operations)
            let outcome = try await run.run { processes in
                try await feed(laboratory, database, from: waiting, to: operations) {
                    jobs.add(try await database.bytes(of: ["jobs"]))
                    return processes.contains(where: \.hasEnded)
                }
            }
            jobs.add(try await database.bytes(of: ["jobs"]))
            let proof = try await database.proof(after: 0, bodies: outcome.bodies)
            try laboratory.require(proof.faults(operations: operations, actions: operations), of: name)
            let rate = try await run.figure(name, outcome)
            let history = try await database.bytes(of: ["operations", "actions"])
            return [rate, figure(rate, jobs), figure(rate, historyBytes: history)]
        }
    }

    /// Enqueues as long as fewer operations wait than at first.
    private func feed(
        _ laboratory: Laboratory,
        _ database: BenchDatabase,
        from waiting: Int,
        to operations: Int,
        hasEnded: () async throws -> Bool
    ) async throws {
        var enqueued = waiting
        var tenths = 0
        while enqueued < operations {
            if try await hasEnded() { return }
            let room = waiting - (try await database.jobsAtMost())
            let size = min(room, operations - enqueued)
            if size >= min(Self.chunk, waiting / 2, operations - enqueued) {
                try await database.insert(OneAction(), size)
                enqueued += size
                guard enqueued * 10 / operations > tenths else { continue }
                tenths = enqueued * 10 / operations
                laboratory.progress.say("churn: \(Decimals.grouped(enqueued)) operations enqueued")
            } else {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    /// The size of a table with its indexes over a run, in bytes.
    private struct Sizes {
        let start: Int
        var largest: Int
        var end: Int

        init(start: Int) { (self.start, largest, end) = (start, start, start) }

        mutating func add(_ bytes: Int) {
            largest = max(largest, bytes)
            end = bytes
        }
    }

    private func figure(_ rate: Figure, _ jobs: Sizes) -> Figure {
        Figure(
            workload: name,
            variant: "jobs at its largest",
            value: Double(jobs.largest) / 1e6,
            unit: .megabytes,
            count: rate.count,
            seconds: rate.seconds,
            details: [
                "start": JSONValue(rounded: Double(jobs.start) / 1e6),
                "end": JSONValue(rounded: Double(jobs.end) / 1e6),
                "growth": JSONValue(rounded: Double(jobs.largest) / Double(max(1, jobs.start))),
            ]
        )
    }

    private func figure(_ rate: Figure, historyBytes: Int) -> Figure {
        Figure(
            workload: name,
            variant: "history of 1,000,000",
            value: Double(historyBytes) / Double(rate.count),
            unit: .megabytes,
            count: rate.count,
            seconds: rate.seconds
        )
    }
}

extension BenchDatabase {
    /// What tables take on disk with their indexes and whatever lies beside them.
    fileprivate func bytes(of tables: [String]) async throws -> Int {
        try await pool.query(
            "select sum(pg_total_relation_size(('backops.' || t)::regclass))::int8 from unnest(\(tables)) as t"
        )[0].decode(0)
    }

    /// How many operations are active, or a little more: from the oldest to the newest, without counting them.
    fileprivate func jobsAtMost() async throws -> Int {
        try await pool.query(
            "select coalesce(max(operation_id) - min(operation_id) + 1, 0) from backops.jobs"
        )[0].decode(0)
    }
}
