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
