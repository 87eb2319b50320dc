import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What is in a queue: a row of the view `queue_depth`.
public struct QueueRecord: Sendable, Hashable, Codable {
    /// The queue's name.
    public let name: String
    /// Jobs that are due and that nobody holds.
    public let ready: Int
    /// Jobs whose time is to come.
    public let scheduled: Int
    /// Jobs that a worker holds.
    public let running: Int
    /// Jobs that wait for another attempt after an error.
    public let retrying: Int
    /// Operations that are parked until a worker registers their name.
    public let parked: Int
    /// Since when the oldest ready job is due.
    public let oldestReadyAt: Date?
    /// Why nothing of it is claimed; nil while it runs.
    public let pause: QueuePause?
    /// How many of it may run at once, all workers together; nil is any number.
    public let limit: Int?
    /// The global by whose values its actions take turns; nil where they run in the order in which they are due.
    public let fairBy: String?
    /// Live workers that serve it.
    public let workers: Int
    /// Whether counting stopped at a cap: there are at least as many of each kind.
    public let isCapped: Bool
}

extension QueueRecord {
    package enum Column: String, SelectList {
        case queue, ready, scheduled, running, retrying, parked
        case oldestReadyAt = "oldest_ready_at"
        case workers
        case isCapped = "capped"
        case pausedAt = "paused_at"
        case pausedUntil = "paused_until"
        case pausedBy = "paused_by"
        case pausedReason = "paused_reason"
        case limit = "maximum"
        case fairBy = "fair_by"
    }

    init(_ row: PQRow) throws(PQError) {
        let queue = try row.decode(Column.queue, as: String.self)
        name = queue
        ready = try row.decode(Column.ready)
        scheduled = try row.decode(Column.scheduled)
        running = try row.decode(Column.running)
        retrying = try row.decode(Column.retrying)
        parked = try row.decode(Column.parked)
        oldestReadyAt = try row.timeIfAny(Column.oldestReadyAt)
        limit = try row.intIfAny(Column.limit)
        fairBy = try row.decode(Column.fairBy)
        workers = try row.decode(Column.workers)
        isCapped = try row.decode(Column.isCapped)
        let until = try row.timeIfAny(Column.pausedUntil)
        let by = try row.decode(Column.pausedBy, as: String?.self)
        let reason = try row.decode(Column.pausedReason, as: String?.self)
        pause = try row.timeIfAny(Column.pausedAt).map {
            QueuePause(queue: queue, since: $0, until: until, by: by, reason: reason)
        }
    }
}
