import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Operations that have failed in the same way: a row of the view `failures`.
///
/// An operation leaves its group when it is retried, or goes on in another way.
public struct FailureGroup: Sendable, Hashable, Codable {
    /// The operations' name.
    public let operation: String
    /// The action that failed, as `branch/Action`.
    public let action: String?
    /// The type of the error.
    public let errorType: String?
    /// The group's name, which ``OperationQuery/failedBy(_:)`` takes.
    public let fingerprint: String
    /// How many operations there are.
    public let count: Int
    /// Whether counting stopped: there are at least as many.
    public let isCapped: Bool
    /// When the first of them failed.
    public let firstAt: Date
    /// When the last of them failed.
    public let lastAt: Date
    /// The number of the last one.
    public let exampleID: Int64
    /// Its error message.
    public let exampleMessage: String?
}

extension FailureGroup {
    package enum Column: String, SelectList {
        case operation, action
        case errorType = "error_type"
        case fingerprint, count
        case isCapped = "capped"
        case firstAt = "first_at"
        case lastAt = "last_at"
        case exampleID = "example_id"
        case exampleMessage = "example_message"
    }

    init(_ row: PQRow) throws(PQError) {
        operation = try row.decode(Column.operation)
        action = try row.decode(Column.action)
        errorType = try row.decode(Column.errorType)
        fingerprint = try row.decode(Column.fingerprint)
        count = try row.decode(Column.count)
        isCapped = try row.decode(Column.isCapped)
        firstAt = try row.time(Column.firstAt)
        lastAt = try row.time(Column.lastAt)
        exampleID = try row.decode(Column.exampleID)
        exampleMessage = try row.decode(Column.exampleMessage)
    }
}
