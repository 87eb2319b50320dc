import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What a backfill of a schedule would run.
public struct BackfillPreview: Sendable, Hashable, Codable {
    /// How many slots there are.
    public let slots: Int
    /// The first of them; nil where there is none.
    public let firstSlot: Date?
    /// The last of them.
    public let lastSlot: Date?
    /// How many of them have an operation already, and are left out.
    public let alreadyRun: Int
}

extension BackfillPreview {
    package enum Column: String, SelectList {
        case slots
        case firstSlot = "first_slot"
        case lastSlot = "last_slot"
        case alreadyRun = "already_run"
    }

    init(_ row: PQRow) throws(PQError) {
        slots = try row.int(Column.slots)
        firstSlot = try row.timeIfAny(Column.firstSlot)
        lastSlot = try row.timeIfAny(Column.lastSlot)
        alreadyRun = try row.int(Column.alreadyRun)
    }
}
