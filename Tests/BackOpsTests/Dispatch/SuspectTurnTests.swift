import BackOps
import Testing

@Suite struct `The turn of suspects` {
    private var turn = SuspectTurn()

    @Test mutating func `holds nothing up until it is requested`() {
        let holdsBefore = turn.holdsClaims(running: 3, at: .ms(0))
        #expect(!holdsBefore)
        turn.request(at: .ms(0))
        #expect(turn.isRequested)
        let holds = turn.holdsClaims(running: 3, at: .ms(0))
        #expect(holds)
    }

    /// When actions go on, suspects wait for 2 s; then others have 4 s; then suspects wait for 4 s, and so on.
    @Test(arguments: [
        (1999, true), (2000, false), (5999, false), (6000, true), (9999, true), (10_000, false),
        (17_999, false), (18_000, true), (25_999, true), (26_000, false),
    ])
    mutating func `gives up after a patience that doubles, while suspects are seen all the time`(
        time: Int,
        holds: Bool
    ) {
        for now in 0..<time {
            turn.request(at: .ms(now))
            _ = turn.holdsClaims(running: 1, at: .ms(now))
        }
        turn.request(at: .ms(time))
        let isHeld = turn.holdsClaims(running: 1, at: .ms(time))
        #expect(isHeld == holds)
    }

    @Test mutating func `does not lose patience when nothing runs`() {
        turn.request(at: .ms(0))
        let holds = turn.holdsClaims(running: 0, at: .ms(60_000))
        #expect(holds)
    }

    @Test mutating func `lasts while a suspect runs, however long that takes`() {
        turn.request(at: .ms(0))
        turn.claimed(7, at: .ms(10))
        #expect(turn.running == 7)
        let holdsMeanwhile = turn.holdsClaims(running: 1, at: .ms(3_600_000))
        #expect(holdsMeanwhile)
        turn.ended(8)
        #expect(turn.running == 7)
        turn.ended(7)
        #expect(turn.running == nil)
        let holdsAfterwards = turn.holdsClaims(running: 0, at: .ms(3_600_001))
        #expect(holdsAfterwards)
    }

    @Test mutating func `is over when no suspect is found, and starts with the first patience next time`() {
        turn.request(at: .ms(0))
        _ = turn.holdsClaims(running: 1, at: .ms(2000))
        turn.request(at: .ms(6000))
        turn.claimed(nil, at: .ms(6000))
        #expect(turn.foundNothing)
        let holds = turn.holdsClaims(running: 0, at: .ms(6000))
        #expect(!holds)
        turn.request(at: .ms(6001))
        #expect(!turn.foundNothing)
        let holdsAgain = turn.holdsClaims(running: 1, at: .ms(8000))
        #expect(holdsAgain)
        let holdsTooLong = turn.holdsClaims(running: 1, at: .ms(8001))
        #expect(!holdsTooLong)
    }
}
