import LibPQ

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// How far a backfill is: the row of `advance_backfill`.
package struct BackfillStep: Sendable {
    /// The last slot that was looked at; nil before the first.
    package let nextAfter: Date?
    /// Its operations that are active.
    package let active: [Int64]
    /// Slots that were enqueued or had an operation.
    package let done: Int
    /// All slots.
    package let slots: Int
    /// Whether there are slots to come.
    package let hasMore: Bool
    /// How long to wait for the end of active operations.
    package let pause: Duration

    /// How much of it is done, 0 to 1.
    package var fraction: Double {
        guard slots > 0 else { return 0 }
        return Double(done - active.count) / Double(slots)
    }

    package enum Column: String, SelectList {
        case nextAfter = "next_after"
        case active, done, slots
        case hasMore = "has_more"
        case pause
    }

    init(_ row: PQRow) throws(PQError) {
        nextAfter = try row.timeIfAny(Column.nextAfter)
        active = try row.decode(Column.active)
        done = try row.int(Column.done)
        slots = try row.int(Column.slots)
        hasMore = try row.decode(Column.hasMore)
        pause = try row.decode(Column.pause)
    }
}
