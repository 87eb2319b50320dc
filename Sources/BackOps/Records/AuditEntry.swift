import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What somebody did to operations or to a queue: a row of the view `audit`.
public struct AuditEntry: Sendable, Hashable, Identifiable, Codable {
    /// The entry's number, in the order of the calls.
    public let id: Int64
    /// When it was done.
    public let at: Date
    /// The database role that was logged in.
    public let who: String
    /// The name of the function, such as `retry`.
    public let action: String
    /// The operations that were changed.
    public let operationIDs: [Int64]
    /// Why, in the words of the caller.
    public let reason: String?
    /// What else the call said, such as the target of a jump.
    public let details: JSONValue
}

extension AuditEntry {
    package enum Column: String, SelectList {
        case id, at, who, action
        case operationIDs = "operation_ids"
        case reason, details
    }

    init(_ row: PQRow) throws(PQError) {
        id = try row.decode(Column.id)
        at = try row.time(Column.at)
        who = try row.decode(Column.who)
        action = try row.decode(Column.action)
        operationIDs = try row.decode(Column.operationIDs)
        reason = try row.decode(Column.reason)
        details = try row.document(Column.details)
    }
}
