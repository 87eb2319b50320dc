import LibPQ

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the engine's functions take: a time, or a delay, or neither.
extension When {
    var time: Date? {
        if case .at(let date) = self { date } else { nil }
    }

    var timestamp: PQTimestamp? { time.map { PQTimestamp($0) } }

    var delay: Duration? {
        if case .in(let delay) = self { delay } else { nil }
    }
}
