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
