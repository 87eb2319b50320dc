import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Since when a queue is paused, and why.
public struct QueuePause: Sendable, Hashable, Codable {
    /// The queue's name.
    public let queue: String
    /// Since when.
    public let since: Date
    /// When it goes on by itself; nil for when somebody resumes it.
    public let until: Date?
    /// The database role that paused it.
    public let by: String?
    /// Why, in the words of the caller.
    public let reason: String?
}

extension QueuePause {
    package enum Column: String, SelectList {
        case queue = "name"
        case since = "paused_at"
        case until = "paused_until"
        case by = "paused_by"
        case reason
    }

    init(_ row: PQRow) throws(PQError) {
        queue = try row.decode(Column.queue)
        since = try row.time(Column.since)
        until = try row.timeIfAny(Column.until)
        by = try row.decode(Column.by)
        reason = try row.decode(Column.reason)
    }
}
