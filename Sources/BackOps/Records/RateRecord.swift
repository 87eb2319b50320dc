import LibPQ

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A rate, and who waits for it: a row of the view `rate_status`.
public struct RateRecord: Sendable, Hashable, Codable {
    /// How many may start in which time, and who says so.
    public let setting: RateSetting
    /// How many keys were used lately; 1 at most for a rate without keys.
    public let keys: Int
    /// How many operations wait in line.
    public let waiting: Int
    /// How many keys are closed for a time.
    public let closed: Int
    /// Whether counting stopped at a thousand keys: there are at least as many of each kind.
    public let isCapped: Bool

    /// What is paced.
    public var name: String { setting.name }
    /// How many may start in which time, of each key where it has some; nil is any number.
    public var pace: RatePace? { setting.pace }
}

extension RateRecord {
    package enum Column: String, SelectList {
        case name, count, per, burst
        case declaredCount = "declared_count"
        case declaredPer = "declared_per"
        case declaredBurst = "declared_burst"
        case setBy = "set_by"
        case setAt = "set_at"
        case reason, keys, waiting, closed
        case isCapped = "capped"
    }

    init(_ row: PQRow) throws(PQError) {
        setting = RateSetting(
            name: try row.decode(Column.name),
            pace: try RatePace(row, count: Column.count, per: .per, burst: .burst),
            declared: try RatePace(
                row,
                count: Column.declaredCount,
                per: .declaredPer,
                burst: .declaredBurst
            ),
            setBy: try row.decode(Column.setBy),
            setAt: try row.timeIfAny(Column.setAt),
            reason: try row.decode(Column.reason)
        )
        keys = try row.decode(Column.keys)
        waiting = try row.decode(Column.waiting)
        closed = try row.decode(Column.closed)
        isCapped = try row.decode(Column.isCapped)
    }
}
