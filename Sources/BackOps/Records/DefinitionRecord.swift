import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Shows the plan that new operations of a name get: the current row of the table `definitions`.
public struct DefinitionRecord: Sendable {
    /// The operation's name.
    public let name: String

    /// SHA-256 over the actions and their options: workers with the same plan have the same.
    public let fingerprint: String

    /// When a worker last made it the current one.
    public let registeredAt: Date

    package let plan: Plan

    /// The branches in their order, each with the names of its actions in theirs; none where this version of BackOps cannot read
    /// the plan.
    public var branches: [(name: BranchName, actions: [String])] {
        plan.branches.map { branch in
            (branch, plan.entries.filter { $0.branch == branch }.map(\.name))
        }
    }
}

extension DefinitionRecord {
    init(_ row: PQRow) throws {
        name = try row.decode(0)
        fingerprint = try row.decode(1)
        registeredAt = try row.time(2)
        let text = try row.decode(3, as: String.self)
        do {
            plan = try Plan(operation: name, json: Array(text.utf8))
        } catch {
            plan = Plan(entries: [])
        }
    }
}
