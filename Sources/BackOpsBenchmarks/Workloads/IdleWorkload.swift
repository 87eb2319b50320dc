import BackOps
import BackOpsCommand
import LibPQ

/// What a worker costs that has nothing to do.
///
/// Transactions are those of its database, as pg_stat_database counts them; a statement outside of a pipeline is one. A
/// visit of autovacuum counts, too.
struct IdleWorkload: Workload {
    let name = "idle"
    let summary =
        "one worker without work for 20 s, and so beside 100,000 schedules: transactions, scans and processor time per second"

    func run(in laboratory: Laboratory) async throws -> [Figure] {
        [
            try await measure(laboratory),
            try await measure(laboratory, "100,000 schedules", schedules: laboratory.scaled(100_000)),
        ]
    }

    private func measure(
        _ laboratory: Laboratory,
        _ variant: String? = nil,
        schedules: Int = 0
    ) async throws -> Figure {
        let seconds = Double(laboratory.scaled(20, atLeast: 5))
        return try await laboratory.withDatabase { database in
            try await database.insert(ThreeActions(), 10)
            try await database.insertSchedules(schedules, slot: "backops.clock_now() + interval '1 year'")
            try await database.settle()
            let worker = try WorkerProcess(database, laboratory.worker)
            try await database.waitForIdleWorker(worker)
            let pid = try await database.pool.query("select pid from backops.workers")[0].decode(
                0,
                as: Int32.self
            )
            // A session that has nothing to do reports what it did within 10 s: until then the benchmark's own would count.
            try await Task.sleep(for: .seconds(11))
            let scansBefore = try await database.scans()
            let before = try await sample(laboratory, database, worker: pid)
            let start = ContinuousClock.now
            try await Task.sleep(for: .seconds(seconds))
            let after = try await sample(laboratory, database, worker: pid)
            let lasted = (ContinuousClock.now - start) / .seconds(1)
            let scans = try await database.scans() - scansBefore
            let report = try await worker.stop()
            let proof = try await database.proof(after: 0, bodies: report.bodies)
            try laboratory.require(proof.faults(operations: 10, actions: 30), of: name)
            func share(_ seconds: Double?, _ earlier: Double?) -> JSONValue {
                JSONValue(rounded: seconds.flatMap { now in earlier.map { (now - $0) * 1000 / lasted } })
            }
            return Figure(
                workload: name,
                variant: variant,
                value: Double(after.transactions - before.transactions) / lasted,
                unit: .idleTransactionsPerSecond,
                count: Int(after.transactions - before.transactions),
                seconds: lasted,
                megabytes: report.megabytes,
                details: [
                    "scans": .integer(scans),
                    "worker_cpu_ms_per_second": share(after.workerSeconds, before.workerSeconds),
                    "postgres_cpu_ms_per_second": share(after.serverSeconds, before.serverSeconds),
                ]
            )
        }
    }

    private struct Sample {
        let transactions: Int64
        let workerSeconds: Double?
        let serverSeconds: Double?
    }

    /// Asks from a session of another database, so that asking is not counted.
    private func sample(
        _ laboratory: Laboratory,
        _ database: BenchDatabase,
        worker pid: Int32
    ) async throws -> Sample {
        let rows = try await laboratory.server.pool.query(
            "select xact_commit + xact_rollback from pg_stat_database where datname = \(database.name)"
        )
        return Sample(
            transactions: try rows[0].decode(0),
            workerSeconds: ProcessFiles.status(of: pid)?.used,
            serverSeconds: database.processes?.seconds
        )
    }
}

extension BenchDatabase {
    /// Counts sequential scans of the tables that grow, and reports at once that it did.
    fileprivate func scans() async throws -> Int64 {
        try await pool.query(
            """
            select coalesce(sum(seq_scan), 0)::int8, pg_stat_force_next_flush() from pg_stat_user_tables
             where schemaname = 'backops' and relname in ('jobs', 'actions', 'operations')
            """
        )[0].decode(0)
    }

    /// Waits until there is nothing to do and the one worker has gone to sleep.
    func waitForIdleWorker(_ worker: WorkerProcess) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            let rows = try await pool.query(
                """
                select exists (select from backops.workers where sleeping)
                   and not exists (select from backops.jobs where left(queue, 1) <> '/')
                """
            )
            if try rows[0].decode(0, as: Bool.self) { return }
            if worker.hasEnded {
                _ = try await worker.stop()
                throw Problem(.error, "a worker process has ended before it was told to")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Problem(.error, "the worker has not become idle within 60 s")
    }
}
