import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// An action of an operation: a row of the view `action_status`.
public struct ActionRecord: Sendable, Hashable, Codable {
    /// The action's place in the plan, from 1.
    public let position: Int
    /// The action's branch.
    public let branch: BranchName
    /// The action's name.
    public let name: String
    /// Where the action stands.
    public let status: ActionStatus
    /// The run that it is in, from 1; a jump back begins a new one.
    public let run: Int
    /// Attempts of that run begun so far.
    public let attempts: Int
    /// Attempts before the operation fails.
    public let maxAttempts: Int
    /// When its last attempt began.
    public let startedAt: Date?
    /// When it completed.
    public let completedAt: Date?
    /// When it is due, while it is not running.
    public let performAt: Date?
    /// The type of its last error; cleared by success.
    public let errorType: String?
    /// The message of its last error.
    public let errorMessage: String?
    /// Where that error was thrown.
    public let stackTrace: String?
}

extension ActionRecord {
    package enum Column: String, SelectList {
        case position, branch, name, status, run
        case attempts = "attempts_count"
        case maxAttempts = "max_attempts"
        case startedAt = "started_at"
        case completedAt = "completed_at"
        case performAt = "perform_at"
        case errorType = "error_type"
        case errorMessage = "error_message"
        case stackTrace = "stack_trace"
    }

    init(_ row: PQRow) throws(PQError) {
        position = try row.int(Column.position)
        branch = BranchName(try row.decode(Column.branch, as: String.self))
        name = try row.decode(Column.name)
        status = try row.word(Column.status)
        run = try row.int(Column.run)
        attempts = try row.int(Column.attempts)
        maxAttempts = try row.int(Column.maxAttempts)
        startedAt = try row.timeIfAny(Column.startedAt)
        completedAt = try row.timeIfAny(Column.completedAt)
        performAt = try row.decode(Column.performAt, as: PQTimestamp?.self)?.date
        errorType = try row.decode(Column.errorType)
        errorMessage = try row.decode(Column.errorMessage)
        stackTrace = try row.decode(Column.stackTrace)
    }
}
