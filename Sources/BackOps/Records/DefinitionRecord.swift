import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// The plan that new operations of a name get: the current row of the table `definitions`.
public struct DefinitionRecord: Sendable, Hashable {
    /// The operation's name.
    public let name: String

    /// SHA-256 over the actions and their options: workers with the same plan have the same.
    public let fingerprint: String

    /// When a worker last made it the current one.
    public let registeredAt: Date

    package let plan: Plan

    /// A branch of the plan.
    public struct Branch: Sendable, Hashable, Codable {
        /// The branch's name.
        public let name: BranchName

        /// The names of its actions, in their order.
        public let actions: [String]
    }

    /// The branches in their order; none where this version of BackOps cannot read the plan.
    public var branches: [Branch] {
        plan.branches.map { branch in
            Branch(name: branch, actions: plan.entries.filter { $0.branch == branch }.map(\.name))
        }
    }
}

extension DefinitionRecord {
    package enum Column: String, SelectList {
        case name, fingerprint
        case registeredAt = "registered_at"
        case plan = "branches::text"
    }

    init(_ row: PQRow) throws(PQError) {
        name = try row.decode(Column.name)
        fingerprint = try row.decode(Column.fingerprint)
        registeredAt = try row.time(Column.registeredAt)
        plan = Self.plan(of: name, try row.decode(Column.plan))
    }

    /// Reads a plan; one that this version cannot read has no branches.
    private static func plan(of name: String, _ text: String) -> Plan {
        do {
            return try Plan(operation: name, json: Array(text.utf8))
        } catch {
            return Plan(entries: [])
        }
    }
}

extension DefinitionRecord: Codable {
    private enum CodingKeys: String, CodingKey {
        case name, fingerprint, registeredAt, plan
    }

    /// Decodes a record that ``encode(to:)`` wrote.
    ///
    /// - Parameter decoder: The decoder.
    /// - Throws: `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        name = try values.decode(String.self, forKey: .name)
        fingerprint = try values.decode(String.self, forKey: .fingerprint)
        registeredAt = try values.decode(Date.self, forKey: .registeredAt)
        plan = Self.plan(of: name, try values.decode(String.self, forKey: .plan))
    }

    /// Encodes the record; the plan is a text, because the order of its branches matters.
    ///
    /// - Parameter encoder: The encoder.
    /// - Throws: `EncodingError`.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encode(fingerprint, forKey: .fingerprint)
        try values.encode(registeredAt, forKey: .registeredAt)
        try values.encode(plan.jsonText, forKey: .plan)
    }
}
