import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Shows an action of an operation: a row of the view `action_status`.
public struct ActionRecord: Sendable {
    /// Its place in the plan, from 1.
    public let position: Int
    /// Its branch.
    public let branch: BranchName
    /// Its name.
    public let name: String
    /// completed, skipped, running, ready, scheduled, retrying, failed, cancelled, or open: not reached.
    public let status: String
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
    /// When it is due, while it waits.
    public let performAt: Date?
    /// The type of its last error; cleared by success.
    public let errorType: String?
    /// The message of its last error.
    public let errorMessage: String?
    /// Where that error was thrown.
    public let stackTrace: String?
}

extension ActionRecord {
    static let columns = """
        position, branch, name, status, run, attempts_count, max_attempts, started_at, completed_at, perform_at,
        error_type, error_message, stack_trace
        """

    init(_ row: PQRow) throws(PQError) {
        position = Int(try row.decode(0, as: Int32.self))
        branch = BranchName(try row.decode(1, as: String.self))
        name = try row.decode(2)
        status = try row.decode(3)
        run = Int(try row.decode(4, as: Int32.self))
        attempts = Int(try row.decode(5, as: Int32.self))
        maxAttempts = Int(try row.decode(6, as: Int32.self))
        startedAt = try row.timeIfAny(7)
        completedAt = try row.timeIfAny(8)
        performAt = try row.decode(9, as: PQTimestamp?.self)?.date
        errorType = try row.decode(10)
        errorMessage = try row.decode(11)
        stackTrace = try row.decode(12)
    }
}
