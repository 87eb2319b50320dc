import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What an operation asks for now: a row of the view `pending_approvals`.
public struct PendingApproval: Sendable, Hashable, Codable, Identifiable {
    /// The approval's number; in the order in which they were asked.
    public let id: Int64
    /// The operation's number.
    public let operationID: Int64
    /// The operation's name.
    public let operation: String
    /// The operation's key.
    public let key: String?
    /// What is to be approved.
    public let name: String
    /// Who decides; nil is everybody who may call `decide`.
    public let role: String?
    /// What is asked.
    public let question: String?
    /// When it was asked.
    public let askedAt: Date
    /// Until when it can be decided; nil is as long as it takes.
    public let deadline: Date?
    /// When the operation was enqueued that reminds.
    public let remindedAt: Date?
    /// Whether who was asked for, else the client's login, may decide.
    public let mayDecide: Bool
}

extension PendingApproval {
    package enum Column: String, SelectList {
        case id
        case operationID = "operation_id"
        case operation, key, name, role, question
        case askedAt = "asked_at"
        case deadline
        case remindedAt = "reminded_at"
        case mayDecide = "may_decide"
    }

    init(_ row: PQRow) throws(PQError) {
        id = try row.decode(Column.id)
        operationID = try row.decode(Column.operationID)
        operation = try row.decode(Column.operation)
        key = try row.decode(Column.key)
        name = try row.decode(Column.name)
        role = try row.decode(Column.role)
        question = try row.decode(Column.question)
        askedAt = try row.time(Column.askedAt)
        deadline = try row.timeIfAny(Column.deadline)
        remindedAt = try row.timeIfAny(Column.remindedAt)
        mayDecide = try row.decode(Column.mayDecide)
    }
}
