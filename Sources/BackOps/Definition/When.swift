#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Says when an operation's first action may start.
public enum When: Sendable, Hashable {
    /// As soon as a worker is free.
    case now
    /// Not before a point in time.
    case at(Date)
    /// Not before a time from now, by the database's clock.
    case `in`(Duration)
}
