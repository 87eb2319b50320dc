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
        let plan = try Self.plan(branches: text, of: job)
        remember(plan, as: id)
        return plan
    }

    /// Reads the names of `{"main": ["A", ["B", {…}]], …}`, and no options: what is claimed has them, and a later version may have
    /// more of them.
    private static func plan(branches text: [UInt8], of job: ClaimedJob) throws -> Plan {
        var entries: [Plan.Entry] = []
        for (branch, actions) in try JSONParser.parseMembers(text) ?? [] {
            for action in actions.arrayValue ?? [] {
                guard let name = action.stringValue ?? action.arrayValue?.first?.stringValue else {
                    throw BackOpsError(
                        .invalidPlan,
                        subject: job.operation,
                        message:
                            "An action of the branch \"\(branch)\" must be \"Name\" or [\"Name\", {options}]."
                    )
                }
                entries.append(
                    Plan.Entry(
                        position: entries.count + 1,
                        branch: BranchName(branch.text),
                        name: name,
                        options: ActionOptions()
                    )
                )
            }
        }
        guard !entries.isEmpty else {
            throw BackOpsError(
                .invalidPlan,
                subject: job.operation,
                message: "The plan of \(job.operation) has no actions that can be read."
            )
        }
        return Plan(entries: entries)
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
