import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Says since when a queue is paused, and why.
public struct QueuePause: Sendable {
    /// The queue's name.
    public let queue: String
    /// Since when.
    public let since: Date
    /// When it goes on by itself; nil for when somebody resumes it.
    public let until: Date?
    /// The database role that paused it.
    public let by: String?
    /// Why, in its words.
    public let reason: String?
}

extension QueuePause {
    init(_ row: PQRow) throws(PQError) {
        queue = try row.decode(0)
        since = try row.time(1)
        until = try row.timeIfAny(2)
        by = try row.decode(3)
        reason = try row.decode(4)
    }
}
