import LibPQ

extension DiagnosisCheck {
    /// What people are asked for, and cannot or could not answer.
    static let approvals = [DiagnosisCheck("approvals", needsSchema: true, approvals)]

    private static func approvals(_ examination: Examination) async throws -> [Observation] {
        let undecidable = try await examination.query(examination.engine.undecidableApprovals()).map { row in
            let (role, count, seconds) = try row.decode(as: String.self, Int.self, Double.self)
            return Observation.warning(
                "\(count.of("approval")) \(count == 1 ? "is" : "are") for \"\(role)\", for up to "
                    + "\(Duration.seconds(seconds).inWords): neither a database role nor in approvers, so nobody can decide",
                advice: "Let somebody, in the table approvers, or correct the plan; skip leaves the step out."
            )
        }
        let overdue = try await examination.query(examination.engine.overdueApprovals()).map { row in
            let (count, seconds) = try row.decode(as: Int.self, Double.self)
            return Observation.failure(
                "\(count.of("approval")) \(count == 1 ? "is" : "are") over, for up to \(Duration.seconds(seconds).inWords), and no worker looks",
                advice: "Start a worker: any one does."
            )
        }
        let listed = try await examination.query(examination.engine.listedDatabaseRoles()).map { row in
            let (role, count) = try row.decode(as: String.self, Int.self)
            return Observation.warning(
                "\"\(role)\" is a database role: its members decide, and the \(count.of("row")) of approvers for it "
                    + "\(count == 1 ? "does" : "do") not count",
                advice: "Delete them, or give the plan, and approvers, a role by another name."
            )
        }
        let observations = overdue + undecidable + listed
        return observations.isEmpty
            ? [.fine("somebody can decide what operations ask for")] : observations
    }
}
