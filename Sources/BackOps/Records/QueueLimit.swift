import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// How many actions of a queue may run at once: a row of the view `queue_limit_status`.
public struct QueueLimit: Sendable, Hashable, Codable {
    /// The queue's name.
    public let queue: String
    /// How many, all workers together; nil is any number again.
    public let maximum: Int?
    /// How many run that count; more than `maximum` where it was lowered.
    public let running: Int
    /// The database role that set it.
    public let setBy: String
    /// When it did.
    public let setAt: Date
    /// Why, in the words of the caller.
    public let reason: String?
}

extension QueueLimit {
    package enum Column: String, SelectList {
        case queue, maximum, running
        case setBy = "set_by"
        case setAt = "set_at"
        case reason
    }

    init(_ row: PQRow) throws(PQError) {
        queue = try row.decode(Column.queue)
        maximum = try row.intIfAny(Column.maximum)
        running = try row.decode(Column.running)
        setBy = try row.decode(Column.setBy)
        setAt = try row.time(Column.setAt)
        reason = try row.decode(Column.reason)
    }
}
