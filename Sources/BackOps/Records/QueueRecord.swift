import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Shows what waits in a queue: a row of the view `queue_depth`.
public struct QueueRecord: Sendable {
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
    /// Live workers that serve it.
    public let workers: Int
    /// Whether counting stopped at a cap: there are at least as many of each kind.
    public let isCapped: Bool
}

extension QueueRecord {
    init(_ row: PQRow) throws(PQError) {
        let queue = try row.decode(0, as: String.self)
        name = queue
        ready = try row.decode(1)
        scheduled = try row.decode(2)
        running = try row.decode(3)
        retrying = try row.decode(4)
        parked = try row.decode(5)
        oldestReadyAt = try row.timeIfAny(6)
        workers = try row.decode(7)
        isCapped = try row.decode(8)
        let (until, by, reason) = (
            try row.timeIfAny(10), try row.decode(11, as: String?.self),
            try row.decode(12, as: String?.self)
        )
        pause = try row.timeIfAny(9).map {
            QueuePause(queue: queue, since: $0, until: until, by: by, reason: reason)
        }
    }
}
