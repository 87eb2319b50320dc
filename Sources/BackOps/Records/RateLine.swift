import LibPQ

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A rate, or one key of it, that was used lately: a row of the view `rate_lines`.
public struct RateLine: Sendable, Hashable, Codable {
    /// What is paced.
    public let name: String
    /// The value of the global by which it is counted; nil where it has no keys, and for operations without that global.
    ///
    /// One that is long or secret stands as a hash.
    public let key: String?
    /// How many operations wait in line.
    public let waiting: Int
    /// When it was last closed until, by ``BackOpsClient/closeRate(_:until:key:reason:)`` or a service that asked for it; it may have passed.
    public let closedUntil: Date?
    /// When the first in line may start; nil where nobody waits.
    public let nextStart: Date?
    /// "/rate/" and the name, and behind a slash the key: where ``BackOpsClient/rateLines(of:after:limit:)`` goes on.
    public let gate: String
}

extension RateLine {
    package enum Column: String, SelectList {
        case name, key, waiting
        case closedUntil = "closed_until"
        case nextStart = "next_start"
        case gate
    }

    init(_ row: PQRow) throws(PQError) {
        name = try row.decode(Column.name)
        key = try row.decode(Column.key)
        waiting = try row.int(Column.waiting)
        closedUntil = try row.timeIfAny(Column.closedUntil)
        nextStart = try row.timeIfAny(Column.nextStart)
        gate = try row.decode(Column.gate)
    }
}
