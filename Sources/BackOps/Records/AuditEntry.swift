import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Shows what somebody did to operations or to a queue: a row of the view `audit`.
public struct AuditEntry: Sendable, Identifiable {
    /// Its number, in the order of the calls.
    public let id: Int64
    /// When.
    public let at: Date
    /// The database role that was logged in.
    public let who: String
    /// What: the function's name, such as `retry`.
    public let action: String
    /// The operations that were changed.
    public let operationIDs: [Int64]
    /// Why, in its words.
    public let reason: String?
    /// What else the call said, such as the target of a jump.
    public let details: JSON
}

extension AuditEntry {
    init(_ row: PQRow) throws {
        id = try row.decode(0)
        at = try row.time(1)
        who = try row.decode(2)
        action = try row.decode(3)
        operationIDs = try row.decode(4)
        reason = try row.decode(5)
        details = try row.document(6)
    }
}
