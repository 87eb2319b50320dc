#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// When an operation or an action may start, or goes on.
public enum When: Sendable, Hashable {
    /// As soon as a worker has a free slot.
    case now
    /// Not before a point in time.
    case at(Date)
    /// Not before a time from now, by the database's clock.
    case `in`(Duration)
}
