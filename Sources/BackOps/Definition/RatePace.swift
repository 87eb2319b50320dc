/// How many may start in a time under a rate.
public struct RatePace: Sendable, Hashable, Codable {
    /// How many start in that time.
    public let count: Int
    /// The time.
    public let per: Duration
    /// How many may start at the same moment after a pause.
    public let burst: Int

    /// Makes a pace.
    ///
    /// - Parameters:
    ///   - count: How many start in that time, 1 to 1,000,000.
    ///   - per: The time, a millisecond to 365 days.
    ///   - burst: How many may start at the same moment, 1 to 1,000,000.
    public init(count: Int, per: Duration = .seconds(1), burst: Int = 1) {
        self.count = count
        self.per = per
        self.burst = burst
    }

    /// Makes one of columns, which are null together.
    init?(count: Int?, per: Duration?, burst: Int?) {
        guard let count, let per, let burst else { return nil }
        self.init(count: count, per: per, burst: burst)
    }
}

extension RatePace: CustomStringConvertible {
    /// The pace in a few words: `100 per 1s`, `100 per 1s, burst 10`.
    public var description: String {
        "\(count) per \(Self.text(of: per))" + (burst > 1 ? ", burst \(burst)" : "")
    }

    /// The time in the largest unit of which it is a whole number: `90s`, `1m`, `250ms`.
    private static func text(of duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let fraction = attoseconds / 1_000_000_000_000
        guard fraction == 0 else {
            let microseconds = seconds * 1_000_000 + fraction
            return microseconds.isMultiple(of: 1000) ? "\(microseconds / 1000)ms" : "\(microseconds)µs"
        }
        let units: [(seconds: Int64, name: String)] = [(86_400, "d"), (3600, "h"), (60, "m")]
        let unit = units.first { seconds >= $0.seconds && seconds.isMultiple(of: $0.seconds) } ?? (1, "s")
        return "\(seconds / unit.seconds)\(unit.name)"
    }
}
