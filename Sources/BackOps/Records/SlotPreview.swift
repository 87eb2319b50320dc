import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A slot to come.
public struct SlotPreview: Sendable, Hashable, Codable {
    /// The instant.
    public let slot: Date
    /// What the clock of the zone shows then.
    public let localTime: String
    /// Whether a gap of the clock has moved it: the zone has no such time on that day.
    public let isShifted: Bool
}

extension SlotPreview {
    package enum Column: String, SelectList {
        case slot
        case localTime = "to_char(local, 'YYYY-MM-DD HH24:MI:SS')"
        case isShifted = "shifted"
    }

    init(_ row: PQRow) throws(PQError) {
        slot = try row.time(Column.slot)
        localTime = try row.decode(Column.localTime)
        isShifted = try row.decode(Column.isShifted)
    }
}
