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
        return undecidable.isEmpty && overdue.isEmpty
            ? [.fine("somebody can decide what operations ask for")] : overdue + undecidable
    }
}
