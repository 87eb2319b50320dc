import BackOps
import Testing

@Suite struct `The link to the database` {
    private var link = DatabaseLink()
    private var jitter = JitterGenerator(seed: 1)

    @Test mutating func `is away from the first round trip that fails to the first that comes back`() {
        let isFirst = link.isLost(at: .ms(0), using: &jitter)
        #expect(isFirst)
        let isFirstAgain = link.isLost(at: .ms(10), using: &jitter)
        #expect(!isFirstAgain)
        #expect(link.isAway && !link.isSound)
        link.isBack()
        link.sends()
        #expect(!link.isAway && link.isSound)
    }

    @Test mutating func `rests for 50 ms at most after the first failure`() {
        _ = link.isLost(at: .ms(0), using: &jitter)
        #expect(link.isResting(at: .ms(0)))
        #expect(!link.isResting(at: .ms(50)))
    }

    @Test mutating func `takes writes again when a round trip that writes was taken`() {
        let isNew = link.refusesEverything(at: .ms(0), using: &jitter)
        let isNewAgain = link.refusesEverything(at: .ms(0), using: &jitter)
        #expect(isNew && !isNewAgain)
        #expect(link.refusesWrites && link.sendsSingly)
        let afterReading = link.takesAll(wrote: false)
        let afterWriting = link.takesAll(wrote: true)
        #expect(!afterReading && afterWriting)
        #expect(!link.refusesWrites)
    }
}
