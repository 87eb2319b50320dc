import BackOps
import BackOpsCommand
import LibPQ

/// Schedules that are all due at once, swept by one session as a worker does it.
struct SchedulesWorkload: Workload {
    let name = "schedules"
    let summary = "5,000 schedules with a slot each that is due, swept by one session"

    func run(in laboratory: Laboratory) async throws -> [Figure] {
        let count = laboratory.scaled(5000, atLeast: 10)
        return try await laboratory.withDatabase { database in
            try await database.define(OneAction())
            try await database.insertSchedules(count, slot: "backops.clock_now()")
            try await database.settle()
            let serverBefore = database.processes?.seconds
            let start = ProcessorTime.monotonic
            var slots = 0
            var isDue = true
            while isDue {
                let events = try await database.pool.query(
                    "select slot from backops.run_schedules() where outcome = 'enqueued'"
                )
                slots += events.count
                isDue = !events.isEmpty
            }
            let seconds = ProcessorTime.monotonic - start
            let server = serverBefore.flatMap { before in database.processes?.seconds.map { $0 - before } }
            let proof = try await database.proof(after: 0, bodies: nil)
            var faults = proof.faultsOfEnqueueing(operations: count, actions: count)
            if slots != count { faults.append("\(slots) slots run instead of \(count)") }
            try laboratory.require(faults, of: name)
            return [
                Figure(
                    workload: name,
                    value: Double(slots) / seconds,
                    unit: .operationsPerSecond,
                    count: slots,
                    seconds: seconds,
                    serverMicroseconds: server.map { $0 * 1e6 / Double(max(1, slots)) }
                )
            ]
        }
    }
}

extension BenchDatabase {
    /// Inserts schedules whose next slot is at some time, as `schedule` leaves them.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - slot: An SQL expression of the time.
    /// - Throws: `PQError`.
    func insertSchedules(_ count: Int, slot: String) async throws {
        try await pool.query(
            SQLStatement(
                unescaped: """
                    insert into backops.schedules (name, operation, every, starts_at, decided_until, next_at, due_at)
                      select 's' || n, '\(OneAction.name)', interval '1 hour', s.at, s.at - interval '1 second', s.at, s.at
                        from generate_series(1, \(count)) as n
                       cross join (select \(slot) as at) as s
                    """
            )
        )
    }
}
