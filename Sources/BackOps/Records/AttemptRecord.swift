import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Shows an attempt that did not simply succeed: a row of the table `attempts`.
public struct AttemptRecord: Sendable {
    /// The action, as `branch/Action`.
    public let action: String
    /// The run of the action, from 1.
    public let run: Int
    /// The attempt of that run, from 1; 0 where the action could not start.
    public let attempt: Int
    /// failed, timed_out, crashed, snoozed, released, cancelled, completed or refused.
    public let outcome: String
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
    init(_ row: PQRow) throws(PQError) {
        action = try row.decode(0)
        run = Int(try row.decode(1, as: Int32.self))
        attempt = Int(try row.decode(2, as: Int32.self))
        outcome = try row.decode(3)
        worker = try row.decode(4)
        startedAt = try row.timeIfAny(5)
        endedAt = try row.time(6)
        errorType = try row.decode(7)
        errorMessage = try row.decode(8)
        stackTrace = try row.decode(9)
    }
}
