import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Shows operations that have failed in the same way: a row of the view `failures`.
///
/// An operation leaves its group when it is retried, or goes on in another way.
public struct FailureGroup: Sendable {
    /// The operations' name.
    public let operation: String
    /// The action that failed, as `branch/Action`.
    public let action: String?
    /// The type of the error.
    public let errorType: String?
    /// Names the group: ``OperationQuery/failedBy(_:)`` takes it.
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
    init(_ row: PQRow) throws(PQError) {
        operation = try row.decode(0)
        action = try row.decode(1)
        errorType = try row.decode(2)
        fingerprint = try row.decode(3)
        count = try row.decode(4)
        isCapped = try row.decode(5)
        firstAt = try row.time(6)
        lastAt = try row.time(7)
        exampleID = try row.decode(8)
        exampleMessage = try row.decode(9)
    }
}
