import BackOps
import Testing

@Suite struct `The pace of a worker` {
    private var pace = ClaimPace()

    /// Actions of this length, for so many times that only they count.
    private mutating func settle(at duration: Duration) {
        for _ in 0..<1000 { pace.ended(after: duration) }
    }

    @Test func `claims nothing ahead before it knows how long actions take`() {
        #expect(pace.ahead(of: 100, at: start) == 0)
    }

    @Test(arguments: [
        // Slots, microseconds of an action, jobs ahead: what the slots start within a millisecond, 4 a slot and 400 at most.
        (100, 0, 400), (100, 1, 400), (100, 500, 200), (100, 900, 111), (100, 1000, 0), (100, 5000, 0),
        (1, 1, 4), (1, 500, 2), (10, 100, 40), (1000, 1, 400), (1000, 900, 400),
    ])
    mutating func `claims ahead what its slots start within a millisecond`(
        slots: Int,
        microseconds: Int,
        ahead: Int
    ) {
        settle(at: .microseconds(microseconds))
        #expect(abs(pace.ahead(of: slots, at: start) - ahead) <= 1)
    }

    @Test mutating func `believes one long action sooner than one short one`() {
        settle(at: .microseconds(10))
        pace.ended(after: .milliseconds(5))
        #expect(pace.ahead(of: 100, at: start) == 0)
        pace.ended(after: .microseconds(10))
        #expect(pace.ahead(of: 100, at: start) == 0)
    }

    @Test mutating func `claims nothing ahead after it had to hand back`() {
        settle(at: .zero)
        pace.stalled()
        #expect(pace.ahead(of: 100, at: start) == 0)
    }

    @Test mutating func `is cautious for a minute after a last attempt had to wait`() {
        settle(at: .zero)
        pace.beCautious(at: .ms(0))
        #expect(pace.isCautious(at: .ms(59_999)))
        #expect(pace.ahead(of: 100, at: .ms(59_999)) == 0)
        #expect(!pace.isCautious(at: .ms(60_000)))
        #expect(pace.ahead(of: 100, at: .ms(60_000)) == 400)
    }
}
