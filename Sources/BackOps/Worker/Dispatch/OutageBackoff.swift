/// Spreads the attempts of many workers to come back after the database was away.
package struct OutageBackoff: Sendable {
    package private(set) var failures = 0

    /// The longest wait between two attempts.
    package var maximum: Duration

    /// Makes a backoff that has seen no failure.
    ///
    /// - Parameter maximum: The longest wait between two attempts.
    package init(maximum: Duration = .seconds(5)) { self.maximum = maximum }

    /// Returns how long to wait now: full jitter under a limit that doubles from 50 ms to the maximum.
    package mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        failures += 1
        let limit = min(maximum, .milliseconds(50) * (1 << min(failures - 1, 10)))
        return limit * Double.random(in: 0.1...1, using: &generator)
    }

    /// Returns how long to wait now, for callers that nobody has to repeat.
    mutating func next() -> Duration {
        var generator = SystemRandomNumberGenerator()
        return next(using: &generator)
    }

    package mutating func reset() { failures = 0 }
}
