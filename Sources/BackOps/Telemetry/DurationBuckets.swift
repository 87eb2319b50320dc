/// Counts durations in buckets: those of `duration_bucket_limits()` in `Migrations/Engine/throughput/buckets.sql`.
struct DurationBuckets: Sendable {
    /// Upper limits in milliseconds; one more bucket takes what is longer.
    static let limits: [Double] = [
        0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6,
        2e6, 5e6,
    ]

    private(set) var counts = [Int](repeating: 0, count: limits.count + 1)
    private(set) var longest = 0.0

    mutating func add(milliseconds: Double) {
        let index = Self.limits.firstIndex { milliseconds <= $0 } ?? Self.limits.count
        counts[index] += 1
        longest = max(longest, milliseconds)
    }

    mutating func add(_ other: DurationBuckets) {
        for index in counts.indices { counts[index] += other.counts[index] }
        longest = max(longest, other.longest)
    }
}
