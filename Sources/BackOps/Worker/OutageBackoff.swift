/// Spreads the attempts of many workers to come back after the database was away.
struct OutageBackoff: Sendable {
    private(set) var failures = 0

    /// The longest wait between two attempts.
    var maximum: Duration = .seconds(5)

    /// How long to wait now: full jitter under a limit that doubles from 50 ms to the maximum.
    mutating func next() -> Duration {
        failures += 1
        let limit = min(maximum, .milliseconds(50) * (1 << min(failures - 1, 10)))
        return limit * Double.random(in: 0.1...1)
    }

    mutating func reset() { failures = 0 }
}
