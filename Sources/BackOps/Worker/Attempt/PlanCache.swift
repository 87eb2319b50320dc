import Synchronization

/// Knows the plans of the operations that the worker runs, by the version that their jobs name.
package final class PlanCache: Sendable {
    /// Fetches the text of a version that this worker did not register; nil where there is no such version.
    package typealias Fetch = @Sendable (_ definitionID: Int64) async throws -> [UInt8]?

    private let fetch: Fetch
    private let plans = Mutex<[Int64: Plan]>([:])

    package init(fetch: @escaping Fetch) { self.fetch = fetch }

    package func remember(_ plan: Plan, as definitionID: Int64) {
        plans.withLock { $0[definitionID] = plan }
    }

    /// Returns the plan of a job's operation; fetches a version that this worker did not register once.
    package func plan(of job: ClaimedJob) async throws -> Plan {
        if let text = job.plan { return try Self.plan(positions: text, of: job) }
        guard let id = job.definitionID else { return Plan(entries: []) }
        if let known = plans.withLock({ $0[id] }) { return known }
        guard let text = try await fetch(id) else {
            throw BackOpsError(
                .invalidPlan,
                subject: job.operation,
                message: "Version \(id) of the plan of \(job.operation) is not in the database."
            )
        }
        let plan = try Plan(operation: job.operation, json: text)
        remember(plan, as: id)
        return plan
    }

    /// Reads `[[branch, action], …]`.
    private static func plan(positions text: [UInt8], of job: ClaimedJob) throws -> Plan {
        guard case .array(let pairs) = try JSONValue(parsing: String(decoding: text, as: UTF8.self)) else {
            throw BackOpsError(.invalidPlan, subject: job.operation, message: "The plan is not an array.")
        }
        let entries = try pairs.enumerated().map { index, pair in
            guard case .array(let names) = pair, names.count == 2,
                case .string(let branch) = names[0], case .string(let action) = names[1]
            else {
                throw BackOpsError(
                    .invalidPlan,
                    subject: job.operation,
                    message: "Entry \(index + 1) of the plan is not [branch, action]."
                )
            }
            return Plan.Entry(
                position: index + 1,
                branch: BranchName(branch),
                name: action,
                options: ActionOptions()
            )
        }
        return Plan(entries: entries)
    }
}
