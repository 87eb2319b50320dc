import LibPQ

extension DiagnosisCheck {
    /// What keeps dead rows from being removed, and how many there are.
    static let snapshots = [
        DiagnosisCheck("snapshots", sessions),
        DiagnosisCheck("prepared", preparedTransactions),
        DiagnosisCheck("slots", slots),
        DiagnosisCheck("vacuum", needsSchema: true, deadRows),
    ]

    private static func sessions(_ examination: Examination) async throws -> [Observation] {
        var hidden = 0
        var observations: [Observation] = []
        for row in try await examination.query(ServerStatement.snapshots) {
            let (pid, role, program, state, seconds, statement) = try row.decode(
                as: Int32.self,
                String.self,
                String?.self,
                String.self,
                Double?.self,
                String?.self
            )
            guard let seconds else {
                hidden += 1
                continue
            }
            let level = examination.limits.snapshotAge.level(of: .seconds(seconds))
            guard level > .fine else { continue }
            observations.append(
                Observation(
                    level,
                    "pid \(pid) (\(role), \(program ?? ""), \(state)) has had a transaction open for "
                        + "\(Duration.seconds(seconds).inWords): \(statement ?? "")",
                    advice:
                        "Dead rows pile up and claims get slower until it ends: select pg_terminate_backend(\(pid));"
                )
            )
        }
        if hidden > 0 {
            observations.append(
                .warning(
                    "\(hidden.of("session")) of other roles cannot be seen by this one",
                    advice: "grant pg_read_all_stats to this role;"
                )
            )
        }
        return observations.isEmpty
            ? [.fine("no transaction is older than \(examination.limits.snapshotAge.warning.inWords)")]
            : observations
    }

    private static func preparedTransactions(_ examination: Examination) async throws -> [Observation] {
        var observations: [Observation] = []
        for row in try await examination.query(ServerStatement.preparedTransactions) {
            let (name, owner, seconds) = try row.decode(as: String.self, String.self, Double.self)
            let level = examination.limits.snapshotAge.level(of: .seconds(seconds))
            guard level > .fine else { continue }
            observations.append(
                Observation(
                    level,
                    "the prepared transaction '\(name)' of \(owner) waits for \(Duration.seconds(seconds).inWords)",
                    advice: "It survives even a restart: commit prepared or rollback prepared ends it."
                )
            )
        }
        return observations.isEmpty ? [.fine("no prepared transaction was forgotten")] : observations
    }

    private static func slots(_ examination: Examination) async throws -> [Observation] {
        var observations: [Observation] = []
        for row in try await examination.query(ServerStatement.slots) {
            let (name, isActive, age) = try row.decode(as: String.self, Bool.self, Int.self)
            let level = max(examination.limits.slotAge.level(of: age), isActive ? .fine : .warning)
            guard level > .fine else { continue }
            observations.append(
                Observation(
                    level,
                    "nobody reads the replication slot \"\(name)\", or slowly: it holds back \(age.of("transaction"))",
                    advice:
                        "Bring its reader back, or select pg_drop_replication_slot('\(name)'); it also keeps WAL."
                )
            )
        }
        return observations.isEmpty ? [.fine("no replication slot holds anything back")] : observations
    }

    private static func deadRows(_ examination: Examination) async throws -> [Observation] {
        var observations: [Observation] = []
        for row in try await examination.query(examination.engine.deadRows()) {
            let (table, live, dead, seconds, isOff) = try row.decode(
                as: String.self,
                Int.self,
                Int.self,
                Double?.self,
                Bool.self
            )
            if isOff {
                observations.append(
                    .failure(
                        "autovacuum is switched off for \(table)",
                        advice: "alter table \(examination.schema).\(table) reset (autovacuum_enabled);"
                    )
                )
            }
            let level = examination.limits.deadRowsPerRow.level(of: Double(dead) / Double(max(live, 1)))
            guard dead >= 10_000, level > .fine else { continue }
            let last = seconds.map { "\(Duration.seconds($0).inWords) ago" } ?? "never"
            observations.append(
                Observation(
                    level,
                    "\(table) has \(dead) dead rows beside \(live) live ones; it was vacuumed \(last)",
                    advice:
                        "vacuum \(examination.schema).\(table); where that removes nothing, look at the transactions above."
                )
            )
        }
        observations += try await vacuumByWorkers(examination)
        return observations.isEmpty ? [.fine("vacuum keeps up")] : observations
    }

    /// Whether workers of this role can do more than autovacuum, which comes once a minute at most.
    private static func vacuumByWorkers(_ examination: Examination) async throws -> [Observation] {
        let row = try await examination.row(examination.engine.jobsCondition())
        guard try !JobsCondition(row).mayVacuum else { return [] }
        let table = "\(examination.schema).jobs"
        return [
            .warning(
                "a worker of this role may not vacuum \(table), which grows between the visits of autovacuum",
                advice:
                    "From PostgreSQL 17 on: grant maintain on \(table) to the role. Before: let workers connect as its owner, or set "
                    + "autovacuum_naptime = '5s' on the server."
            )
        ]
    }
}
