#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Says how long ago something was, or how long it will take to come.
enum Ago {
    /// `14m`; a moment in the future, which clocks that differ can make, is `0ms`.
    static func short(_ date: Date, now: Date) -> String {
        DurationText.short(duration(from: date, to: now))
    }

    /// `38s ago`, `in 41s`.
    static func sentence(_ date: Date, now: Date) -> String {
        date > now
            ? "in \(DurationText.short(duration(from: now, to: date)))" : "\(short(date, now: now)) ago"
    }

    static func duration(from start: Date, to end: Date) -> Duration {
        .milliseconds(Int64(end.timeIntervalSince(start) * 1000))
    }
}
