import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A step of an operation, an action or a wait: a row of the view `action_status`.
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
    /// What it waits for, as the column `actions.wait` has it; nil for an action.
    public let wait: JSONValue?
    /// How the wait ended; nil for an action.
    public let waitOutcome: WaitOutcome?
    /// The signal that ended the wait.
    public let signal: String?
    /// Who approved or rejected what the step asked for.
    public let decidedBy: String?
}

/// How a wait ended: the column `wait_outcome` of the view `action_status`.
public struct WaitOutcome: OpenWord {
    /// The word as the database has it.
    public let rawValue: String

    /// Makes a word, known or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A signal came.
    public static let signalled = Self(rawValue: "signalled")
    /// No signal came in time, or nobody decided.
    public static let timedOut = Self(rawValue: "timed_out")
    /// The time of a sleep was over.
    public static let slept = Self(rawValue: "slept")
    /// Somebody ended a sleep.
    public static let woken = Self(rawValue: "woken")
    /// Somebody approved.
    public static let approved = Self(rawValue: "approved")
    /// Somebody rejected.
    public static let rejected = Self(rawValue: "rejected")

    /// The words that this version knows.
    public static let allCases: [Self] = [
        .signalled, .timedOut, .slept, .woken, .approved, .rejected,
    ]
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
        case wait
        case waitOutcome = "wait_outcome"
        case signal
        case decidedBy = "decided_by"
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
        wait = try row.documentIfAny(Column.wait)
        waitOutcome = try row.decode(Column.waitOutcome, as: String?.self).map(WaitOutcome.init)
        signal = try row.decode(Column.signal)
        decidedBy = try row.decode(Column.decidedBy)
    }
}
