/// Reads and writes durations as people type them: `500ms`, `30s`, `10m`, `2h`, `3d`, `1h30m`.
package enum DurationText {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// Reads a duration.
    ///
    /// - Throws: ``ArgumentError`` that shows what would do.
    package static func parse(_ text: String) throws(ArgumentError) -> Duration {
        var rest = text[...]
        var milliseconds: Int64 = 0
        repeat {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            rest.removeFirst(digits.count)
            let letters = rest.prefix { $0.isLetter }
            rest.removeFirst(letters.count)
            guard let number = Int64(digits), let unit = units.first(where: { $0.name == letters }),
                let sum = add(number, unit.milliseconds, to: milliseconds)
            else {
                throw ArgumentError("\"\(text)\" is no duration: write 500ms, 30s, 10m, 2h, 3d or 1h30m.")
            }
            milliseconds = sum
        } while !rest.isEmpty
        return .milliseconds(milliseconds)
    }

    private static func add(_ number: Int64, _ factor: Int64, to sum: Int64) -> Int64? {
        let (product, isTooLarge) = number.multipliedReportingOverflow(by: factor)
        let (result, isTooLargeToo) = product.addingReportingOverflow(sum)
        return isTooLarge || isTooLargeToo ? nil : result
    }

    /// Writes a duration in one unit, as short as it is still telling: `88ms`, `1.4s`, `41s`, `14m`, `3h`, `31d`.
    package static func short(_ duration: Duration) -> String {
        let milliseconds = max(0, duration / .milliseconds(1))
        let seconds = milliseconds / 1000
        func rounded(_ unit: Double) -> Int { Int((seconds / unit).rounded()) }
        return switch seconds {
        case ..<0.9995: "\(Int(milliseconds.rounded()))ms"
        case ..<9.95: "\(Double((seconds * 10).rounded()) / 10)s"
        case ..<99.5: "\(rounded(1))s"
        case ..<5970: "\(rounded(60))m"
        case ..<(47.5 * 3600): "\(rounded(3600))h"
        default: "\(rounded(86_400))d"
        }
    }
}
