import BackOps
import LibPQ

/// Judges a run that has ended: the rules, the server's log, and whether the attack was one.
struct Verdict: Sendable {
    let pool: PQPool
    let memory: Memory
    let settings: RunSettings

    func judge(
        _ report: inout Report,
        fresh: [Int64],
        log: ServerLog,
        lateWrites: LateWrites,
        invariants: Invariants
    ) async throws {
        let now = memory.now
        report.violations = now.violations
        for rule in Rule.all(now) + [Self.freshRule(fresh)] {
            report.violations += try await rule.violations(pool)
        }
        report.violations += try await invariants.violations() ?? []
        report.violations += log.violations
        report.invariantChecks = now.invariantChecks
        report.delayedWritesRefused = now.delayedWritesRefused
        report.serverErrors = log.counts
        report.lateWritesRefused = lateWrites.count
        report.lateWritesRefusedInActions = lateWrites.inActions.count
        try await Figures(pool: pool, memory: now).read(into: &report)
        report.shortcomings = shortcomings(of: report)
    }

    /// What is enqueued when all is well again must succeed.
    private static func freshRule(_ ids: [Int64]) -> Rule {
        Rule(
            "a fresh workload succeeds",
            """
            select id, format('%s is %s after the healing', name, state) from backops.operations
             where id = any (\(ids)) and state <> 'completed'
            """
        )
    }

    private func shortcomings(of report: Report) -> [String] {
        var shortcomings = settings.faults.filter { report.faults[$0] == nil }.map {
            "no fault of the kind \($0.rawValue) happened: run it for longer"
        }
        if report.lateWritesRefused == 0 {
            shortcomings.append("no late write was refused: the fencing was not put to the test")
        }
        if report.reclaimsOfRunningJobs == 0 {
            shortcomings.append("no job was claimed again while it ran: nothing was taken over")
        }
        return shortcomings
    }
}
