import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// An attempt, however it ended, or the one that runs now: a row of the view `timeline`.
public struct TimelineEntry: Sendable, Hashable, Codable {
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
    /// How it ended; ``AttemptOutcome/running`` while it has not.
    public let outcome: AttemptOutcome
    /// The worker, as host and process id, where that was written down.
    public let worker: String?
}

extension TimelineEntry {
    package enum Column: String, SelectList {
        case position
        case action = "branch || '/' || action"
        case run, attempt
        case startedAt = "started_at"
        case endedAt = "ended_at"
        case outcome, worker
    }

    init(_ row: PQRow) throws(PQError) {
        position = try row.int(Column.position)
        action = try row.decode(Column.action)
        run = try row.int(Column.run)
        attempt = try row.int(Column.attempt)
        startedAt = try row.timeIfAny(Column.startedAt)
        endedAt = try row.timeIfAny(Column.endedAt)
        outcome = try row.word(Column.outcome)
        worker = try row.decode(Column.worker)
    }
}
