#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What ``ActionContext/tryConsume(_:_:key:)`` answers.
public enum Consumption: Sendable, Hashable {
    /// The calls are counted, and may be made now.
    case granted
    /// The rate is used up, or closed: nothing is counted, and this is when to ask again.
    case later(Date)
}
