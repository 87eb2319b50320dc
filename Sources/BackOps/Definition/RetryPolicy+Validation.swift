extension RetryPolicy {
    /// The longest delay that is accepted anywhere.
    package static let longestDelay = Duration.seconds(365 * 86_400)

    /// Checks the ranges.
    ///
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidConfiguration``, naming the field.
    package func validate() throws(BackOpsError) {
        guard (1...1000).contains(maxAttempts) else {
            throw .invalidConfiguration("maxAttempts", "must be 1…1000, not \(maxAttempts).")
        }
        guard (0...1).contains(jitter) else {
            throw .invalidConfiguration("jitter", "must be 0…1, not \(jitter).")
        }
        switch backoff {
        case .constant(let delay):
            try Self.check(delay, "delay")
        case .exponential(let base, let factor, let maximum):
            try Self.check(base, "base")
            try Self.check(maximum, "maximum")
            guard (1...100).contains(factor) else {
                throw .invalidConfiguration("factor", "must be 1…100, not \(factor).")
            }
            guard maximum >= base else {
                throw .invalidConfiguration("maximum", "must be at least base (\(base)), not \(maximum).")
            }
        }
    }

    private static func check(_ delay: Duration, _ field: String) throws(BackOpsError) {
        guard (.zero...longestDelay).contains(delay) else {
            throw .invalidConfiguration(field, "must be 0 to 365 days, not \(delay).")
        }
    }
}
