import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// How many may run at once under a limit, and who says so.
public struct LimitSetting: Sendable, Hashable, Codable {
    /// What is limited.
    public let name: String
    /// How many may run at once, of each key where it has some; nil is any number.
    public let maximum: Int?
    /// What the plan says that was registered last; nil where none does.
    public let declared: Int?
    /// The database role that set another number than the plan's; nil where that holds.
    public let setBy: String?
    /// When it did.
    public let setAt: Date?
    /// Why, in the words of the caller.
    public let reason: String?

    /// Whether somebody set the maximum, so that what plans say does not count.
    public var isSetByHand: Bool { setAt != nil }
}

extension LimitSetting {
    package enum Column: String, SelectList {
        case name, maximum, declared
        case setBy = "set_by"
        case setAt = "set_at"
        case reason
    }

    init(_ row: PQRow) throws(PQError) {
        name = try row.decode(Column.name)
        maximum = try row.intIfAny(Column.maximum)
        declared = try row.intIfAny(Column.declared)
        setBy = try row.decode(Column.setBy)
        setAt = try row.timeIfAny(Column.setAt)
        reason = try row.decode(Column.reason)
    }
}
