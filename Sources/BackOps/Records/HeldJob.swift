import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A job that a worker holds.
public struct HeldJob: Sendable, Hashable, Codable {
    /// The worker's number.
    public let workerID: Int64
    /// The operation's number.
    public let operationID: Int64
    /// The operation's name.
    public let operation: String
    /// The action that runs, as `branch/Action`.
    public let action: String
    /// The attempt of the action, from 1.
    public let attempt: Int
    /// Since when the worker holds it.
    public let since: Date
    /// What the action last reported.
    public let progress: ActionProgress?
}

extension HeldJob {
    /// Of the function `front_of_queue` as f, and the view `operation_status` as s.
    package enum Column: String, SelectList {
        case workerID = "f.worker_id"
        case operationID = "s.id"
        case operation = "s.name"
        case action = "s.action"
        case attempt = "s.attempt"
        case since = "f.claimed_at"
        case progress = "s.reported_progress"
        case note = "s.progress_note"
    }

    init(_ row: PQRow) throws(PQError) {
        workerID = try row.decode(Column.workerID)
        operationID = try row.decode(Column.operationID)
        operation = try row.decode(Column.operation)
        action = try row.decode(Column.action)
        attempt = try row.int(Column.attempt)
        since = try row.time(Column.since)
        let note = try row.decode(Column.note, as: String?.self)
        progress = try row.decode(Column.progress, as: Float?.self).map {
            ActionProgress(fraction: Double($0), note: note)
        }
    }
}
