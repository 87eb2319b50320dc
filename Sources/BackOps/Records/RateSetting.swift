import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// How many actions may start in a time under a rate, and who says so.
public struct RateSetting: Sendable, Hashable, Codable {
    /// What is paced.
    public let name: String
    /// How many may start in which time, of each key where it has some; nil is any number.
    public let pace: RatePace?
    /// What the plan says that was registered last; nil where none does.
    public let declared: RatePace?
    /// The database role that set another pace than the plan's; nil where that holds.
    public let setBy: String?
    /// When it did.
    public let setAt: Date?
    /// Why, in the words of the caller.
    public let reason: String?

    /// Whether somebody set the pace, so that what plans say does not count.
    public var isSetByHand: Bool { setAt != nil }
}

extension RateSetting {
    /// Columns of the table, which has seconds.
    package enum Column: String, SelectList {
        case name, count
        case per = "make_interval(secs => per)"
        case burst
        case declaredCount = "declared_count"
        case declaredPer = "make_interval(secs => declared_per)"
        case declaredBurst = "declared_burst"
        case setBy = "set_by"
        case setAt = "set_at"
        case reason
    }

    init(_ row: PQRow) throws(PQError) {
        name = try row.decode(Column.name)
        pace = try RatePace(row, count: Column.count, per: .per, burst: .burst)
        declared = try RatePace(row, count: Column.declaredCount, per: .declaredPer, burst: .declaredBurst)
        setBy = try row.decode(Column.setBy)
        setAt = try row.timeIfAny(Column.setAt)
        reason = try row.decode(Column.reason)
    }
}
