import BackOps
import Testing

@Suite struct `The backoff of an outage` {
    @Test(arguments: 1...30)
    func `waits for a tenth to all of a limit that doubles from 50 ms to 5 s`(failures: Int) {
        let limit = min(Duration.seconds(5), .milliseconds(50 << (failures - 1)))
        var shortest = limit
        var longest = Duration.zero
        for seed in UInt64(0)..<200 {
            var random = JitterGenerator(seed: seed)
            var backoff = OutageBackoff()
            var wait = Duration.zero
            for _ in 0..<failures { wait = backoff.next(using: &random) }
            #expect(backoff.failures == failures)
            shortest = min(shortest, wait)
            longest = max(longest, wait)
        }
        #expect(shortest >= limit * 0.1)
        #expect(longest <= limit)
        // Spread over the whole range.
        #expect(shortest < limit * 0.2)
        #expect(longest > limit * 0.9)
    }

    @Test func `starts over after a success`() {
        var random = JitterGenerator(seed: 1)
        var backoff = OutageBackoff()
        for _ in 0..<20 { _ = backoff.next(using: &random) }
        backoff.reset()
        #expect(backoff.failures == 0)
        let wait = backoff.next(using: &random)
        #expect(wait <= .milliseconds(50))
    }

    @Test func `may have a lower maximum`() {
        var random = JitterGenerator(seed: 1)
        var backoff = OutageBackoff(maximum: .milliseconds(300))
        for _ in 0..<100 {
            let wait = backoff.next(using: &random)
            #expect(wait <= .milliseconds(300))
        }
    }

    @Test func `is the same for the same seed, and another one for another`() {
        func waits(_ seed: UInt64) -> [Duration] {
            var random = JitterGenerator(seed: seed)
            var backoff = OutageBackoff()
            return (0..<20).map { _ in backoff.next(using: &random) }
        }
        #expect(waits(7) == waits(7))
        #expect(waits(7) != waits(8))
    }
}
