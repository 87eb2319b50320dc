import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A key that has actions with a turn in a fair queue: a row of the view `fair_queue_lines`.
public struct FairQueueLine: Sendable, Hashable, Codable {
    /// The priority: each takes turns by itself, and 0 comes before 9.
    public let priority: Int
    /// The value of the global by which the queue takes turns; empty for the operations that lack it.
    ///
    /// One that is long or secret stands as a hash.
    public let key: String
    /// How many of its actions have their turn and wait.
    public let waiting: Int
    /// Since when the first one of them is due.
    public let oldestReadyAt: Date
    /// How many actions of the queue come before its first one.
    public let ahead: Int
}

extension FairQueueLine {
    package enum Column: String, SelectList {
        case priority, key, waiting
        case oldestReadyAt = "oldest_ready_at"
        case ahead
    }

    init(_ row: PQRow) throws(PQError) {
        priority = Int(try row.decode(Column.priority, as: Int16.self))
        key = try row.decode(Column.key)
        waiting = try row.decode(Column.waiting)
        oldestReadyAt = try row.time(Column.oldestReadyAt)
        ahead = try row.decode(Column.ahead)
    }
}
