import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A slot to come of a schedule.
public struct ScheduledSlot: Sendable, Hashable, Codable {
    /// The instant.
    public let slot: Date
    /// What the clock of the schedule's zone shows then.
    public let localTime: String
    /// When it becomes due: the instant and its jitter.
    public let dueAt: Date
}

extension ScheduledSlot {
    package enum Column: String, SelectList {
        case slot
        case localTime = "to_char(local, 'YYYY-MM-DD HH24:MI:SS')"
        case dueAt = "due_at"
    }

    init(_ row: PQRow) throws(PQError) {
        slot = try row.time(Column.slot)
        localTime = try row.decode(Column.localTime)
        dueAt = try row.time(Column.dueAt)
    }
}
