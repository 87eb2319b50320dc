import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Shows an attempt, whatever became of it, or the one that runs now: a row of the view `timeline`.
public struct TimelineEntry: Sendable {
    /// The action's place in the plan, from 1.
    public let position: Int
    /// The action, as `branch/Action`.
    public let action: String
    /// The run of the action, from 1.
    public let run: Int
    /// The attempt of that run, from 1; 0 where the action could not start.
    public let attempt: Int
    /// When it began.
    public let startedAt: Date?
    /// When it ended; nil while it runs.
    public let endedAt: Date?
    /// running, completed, failed, timed_out, crashed, snoozed, released, cancelled or refused.
    public let outcome: String
    /// The worker, as host and process id, where that was written down.
    public let worker: String?
}

extension TimelineEntry {
    init(_ row: PQRow) throws(PQError) {
        position = Int(try row.decode(0, as: Int32.self))
        action = try row.decode(1)
        run = Int(try row.decode(2, as: Int32.self))
        attempt = Int(try row.decode(3, as: Int32.self))
        startedAt = try row.timeIfAny(4)
        endedAt = try row.timeIfAny(5)
        outcome = try row.decode(6)
        worker = try row.decode(7)
    }
}
