import LibPQ

/// Reads the figures of a report from engine and ledger.
struct Figures: Sendable {
    let pool: PQPool
    let memory: Memory.State

    func read(into report: inout Report) async throws {
        report.operations = try await counts("select state, count(*) from backops.operations group by state")
        report.attemptsRecorded = try await counts(
            "select outcome, count(*) from backops.attempts where outcome <> 'completed' group by outcome"
        )
        report.crashesRecorded = report.attemptsRecorded["crashed"] ?? 0
        report.actionsCompleted = try await count("select count(*) from chaos.completions")
        report.transactionsCompleted = try await count(
            "select count(*) from chaos.completions c join chaos.bodies b using (claim_id) where b.deed = 'transaction'"
        )
        report.slotsRun = try await count("select count(*) from backops.operations where slot is not null")
        report.slotsSkipped = try await count(
            "select coalesce(sum(count), 0)::bigint from backops.skipped_slots"
        )
        report.decisions = try await count(
            "select count(*) from backops.approvals where decision in ('approved', 'rejected')"
        )
        report.lapsedApprovals = try await count(
            "select count(*) from backops.approvals where decision = 'lapsed'"
        )
        report.bodies = try await count("select count(*) from chaos.bodies")
        report.bodiesRunAgain = try await count(
            "select count(*) from (select from chaos.bodies group by operation_id, position, run having count(*) > 1) as again"
        )
        report.reclaimsOfRunningJobs = try await count(
            """
            select count(distinct b.claim_id) from chaos.bodies b
             where exists (select from backops.attempts t
                            where t.operation_id = b.operation_id and t.position = b.position and t.run = b.run
                              and t.outcome = 'crashed' and t.claim_id < b.claim_id)
            """
        )
        for kill in memory.kills where !kill.held.isEmpty {
            if let recovery = try await recovery(kill) { report.recoverySeconds.append(recovery) }
        }
    }

    /// From the kill to the moment when somebody else has claimed the first of the jobs.
    private func recovery(_ kill: Memory.Kill) async throws -> Double? {
        try await pool.query(
            """
            select extract(epoch from min(claimed_at) - \(kill.at))::double precision
              from chaos.bodies where operation_id = any (\(kill.held)) and pid <> \(kill.pid) and claimed_at > \(kill.at)
            """
        ).first?.decode(0, as: Double?.self)
    }

    private func count(_ query: SQLStatement) async throws -> Int {
        try await pool.query(query).first?.decode(0, as: Int.self) ?? 0
    }

    private func counts(_ query: SQLStatement) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for row in try await pool.query(query) { counts[try row.decode(0)] = try row.decode(1) }
        return counts
    }
}
