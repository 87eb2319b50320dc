import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Reads points in time as people type them: ISO 8601, or `+10m` from now.
enum TimeText {
    /// Reads a time; one without an offset is UTC.
    ///
    /// - Throws: ``ArgumentError`` that shows what would do.
    static func parse(_ text: String) throws(ArgumentError) -> When {
        if text.hasPrefix("+") { return .in(try DurationText.parse(String(text.dropFirst()))) }
        guard let date = ISO8601.date(text) else {
            throw ArgumentError(
                "\"\(text)\" is no time: write 2026-12-24T08:00:00Z, 2026-12-24T08:00+01:00 or +10m."
            )
        }
        return .at(date)
    }
}

extension When {
    /// The time by the clock of this machine; nil for now.
    var date: Date? {
        switch self {
        case .now: nil
        case .at(let date): date
        case .in(let delay): Date().addingTimeInterval(delay / .seconds(1))
        }
    }
}
