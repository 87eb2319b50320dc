import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// An attempt that did not simply succeed: a row of the table `attempts`.
public struct AttemptRecord: Sendable, Hashable, Codable {
    /// The action, as `branch/Action`.
    public let action: String
    /// The run of the action, from 1.
    public let run: Int
    /// The attempt of that run, from 1; 0 where the action could not start.
    public let attempt: Int
    /// How it ended.
    public let outcome: AttemptOutcome
    /// The worker, as host and process id.
    public let worker: String?
    /// When it began.
    public let startedAt: Date?
    /// When it ended.
    public let endedAt: Date
    /// The type of its error.
    public let errorType: String?
    /// The message of its error.
    public let errorMessage: String?
    /// Where that error was thrown.
    public let stackTrace: String?
}

extension AttemptRecord {
    /// Of the table `attempts` as t, and the view `action_status` as a.
    package enum Column: String, SelectList {
        case action = "a.branch || '/' || a.name"
        case run = "t.run"
        case attempt = "t.attempt"
        case outcome = "t.outcome"
        case worker = "t.worker"
        case startedAt = "t.started_at"
        case endedAt = "t.ended_at"
        case errorType = "t.error_type"
        case errorMessage = "t.error_message"
        case stackTrace = "t.stack_trace"
    }

    init(_ row: PQRow) throws(PQError) {
        action = try row.decode(Column.action)
        run = try row.int(Column.run)
        attempt = try row.int(Column.attempt)
        outcome = try row.word(Column.outcome)
        worker = try row.decode(Column.worker)
        startedAt = try row.timeIfAny(Column.startedAt)
        endedAt = try row.time(Column.endedAt)
        errorType = try row.decode(Column.errorType)
        errorMessage = try row.decode(Column.errorMessage)
        stackTrace = try row.decode(Column.stackTrace)
    }
}
