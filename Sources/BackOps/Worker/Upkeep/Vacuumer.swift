import LibPQ
import Logging

/// Keeps the table of jobs small as long as the worker works: what every worker does for all, without a leader, because a vacuum
/// passes over a table that another one is at.
///
/// It uses a connection of the actions: a vacuum must not hold up the lease or the dispatcher.
struct Vacuumer: Sendable {
    let engine: EngineCalls
    let pool: PQPool
    let pace: VacuumPace
    let relay: StopRelay
    let logger: Logger

    /// A backlog of millions may take a while; what takes longer is in somebody's way.
    private static let timeout: Duration = .seconds(120)

    /// Vacuums until the task is cancelled, the worker is to stop, or it turns out that its role may not.
    func run() async {
        var pace = pace
        var pause = pace.rest()
        var trouble = Trouble("worker cannot vacuum jobs", over: "worker vacuums jobs again")
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: pause)
                if relay.isStopping { return }
                let condition = try await condition()
                guard condition.mayVacuum else { return sayThatItMayNot() }
                trouble.isOver(logger)
                pause =
                    pace.pays(condition) ? try await vacuum(&pace, condition) : pace.rest(after: condition)
            } catch {
                guard !Task.isCancelled else { return }
                trouble.met(error, logger)
                pause = pace.rest()
            }
        }
    }

    private func vacuum(_ pace: inout VacuumPace, _ before: JobsCondition) async throws -> Duration {
        let start = ContinuousClock.now
        try await pool.query(engine.vacuumJobs(), timeout: Self.timeout)
        let duration = ContinuousClock.now - start
        let after = try await condition()
        guard after.vacuums != before.vacuums else {
            logger.debug("jobs are vacuumed by somebody else")
            return pace.rest()
        }
        let pause = pace.next(before: before, after: after, duration: duration)
        logger.debug(
            "vacuumed jobs",
            metadata: [
                "dead_before": .stringConvertible(before.dead), "dead_after": .stringConvertible(after.dead),
                "duration": "\(duration)",
            ]
        )
        if pace.vainVacuums == Self.vainVacuumsToReport {
            logger.notice(
                "vacuuming jobs removes little: an open transaction or a replication slot keeps dead rows; `backops doctor` says which",
                metadata: ["dead": .stringConvertible(after.dead)]
            )
        }
        return pause
    }

    /// One may be the fault of a transaction that is over by now.
    private static let vainVacuumsToReport = 2

    private func condition() async throws -> JobsCondition {
        guard let row = try await pool.query(engine.jobsCondition(), timeout: Self.timeout).first else {
            throw PQError(.misuse, "The statement returned no row.")
        }
        return try JobsCondition(row)
    }

    private func sayThatItMayNot() {
        logger.notice(
            "worker may not vacuum jobs, which grows between the visits of autovacuum; `backops doctor` says what to do",
            metadata: ["table": "\(engine.schema.text).jobs"]
        )
    }
}
