import LibPQ

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A limit, and how much of it is in use: a row of the view `limit_status`.
public struct LimitRecord: Sendable, Hashable, Codable {
    /// How many may run at once, and who says so.
    public let setting: LimitSetting
    /// How many keys somebody holds a slot of, or waits for; 1 at most for a limit without keys.
    public let keys: Int
    /// How many slots are held.
    public let holding: Int
    /// How many operations wait in line.
    public let waiting: Int
    /// Whether counting stopped at a thousand keys: there are at least as many of each kind.
    public let isCapped: Bool

    /// What is limited.
    public var name: String { setting.name }
    /// How many may run at once, of each key where it has some; nil is any number.
    public var maximum: Int? { setting.maximum }
}

extension LimitRecord {
    package enum Column: String, SelectList {
        case name, maximum, declared
        case setBy = "set_by"
        case setAt = "set_at"
        case reason, keys, holding, waiting
        case isCapped = "capped"
    }

    init(_ row: PQRow) throws(PQError) {
        setting = LimitSetting(
            name: try row.decode(Column.name),
            maximum: try row.intIfAny(Column.maximum),
            declared: try row.intIfAny(Column.declared),
            setBy: try row.decode(Column.setBy),
            setAt: try row.timeIfAny(Column.setAt),
            reason: try row.decode(Column.reason)
        )
        keys = try row.decode(Column.keys)
        holding = try row.decode(Column.holding)
        waiting = try row.decode(Column.waiting)
        isCapped = try row.decode(Column.isCapped)
    }
}
