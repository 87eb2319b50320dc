import BackOps
import Testing

@Suite struct `A retry policy` {
    @Test func `doubles the delay up to its maximum by default`() {
        let delays = [1, 2, 3, 13, 14, 1_000_000].map { RetryPolicy.exponential().delay(afterAttempt: $0) }
        #expect(
            delays == [
                .seconds(5), .seconds(10), .seconds(20), .seconds(20_480), .seconds(21_600), .seconds(21_600),
            ]
        )
    }

    @Test func `may keep the delay`() {
        let policy = RetryPolicy.constant(delay: .seconds(7))
        #expect(policy.delay(afterAttempt: 1) == .seconds(7))
        #expect(policy.delay(afterAttempt: 25) == .seconds(7))
    }

    @Test func `may allow one attempt only`() {
        #expect(RetryPolicy.never.maxAttempts == 1)
    }

    @Test func `takes at most its jitter from a delay, and never exceeds its maximum`() {
        var random = SeededGenerator(seed: 1)
        let policy = RetryPolicy.exponential(base: .seconds(10), maximum: .seconds(60), jitter: 0.5)
        var shortest = Duration.seconds(60)
        for attempt in 1...500 {
            let full = policy.delay(afterAttempt: attempt)
            let delay = policy.delay(afterAttempt: attempt, using: &random)
            #expect(delay <= full)
            #expect(delay >= full / 2)
            if attempt > 3 { shortest = min(shortest, delay) }
        }
        #expect(shortest < .seconds(32))
    }

    @Test func `gives the same delays for the same chance`() {
        var one = SeededGenerator(seed: 7)
        var other = SeededGenerator(seed: 7)
        for attempt in 1...20 {
            let policy = RetryPolicy.exponential()
            let delay = policy.delay(afterAttempt: attempt, using: &one)
            #expect(delay == policy.delay(afterAttempt: attempt, using: &other))
        }
    }

    @Test func `does not wait for an exponential base of nothing`() {
        #expect(RetryPolicy.exponential(base: .zero).delay(afterAttempt: 1000) == .zero)
        #expect(RetryPolicy.exponential(factor: 1).delay(afterAttempt: 1000) == .seconds(5))
    }
}
