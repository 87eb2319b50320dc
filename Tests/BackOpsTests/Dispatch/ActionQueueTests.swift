import BackOps
import Testing

@Suite struct `The queue of actions that wait for a slot` {
    private var queue = ActionQueue<String>()

    private mutating func fill(_ claims: ClosedRange<Int64>) {
        for claim in claims { queue.append(claim: claim, at: .ms(Int(claim)), "action \(claim)") }
    }

    @Test mutating func `gives them first come, first served`() {
        fill(1...5)
        for claim in Int64(1)...5 {
            #expect(queue.oldest == .ms(Int(claim)))
            let first = queue.takeFirst()
            #expect(first?.claim == claim)
            #expect(first?.body == "action \(claim)")
            #expect(queue.count == Int(5 - claim))
        }
        let none = queue.takeFirst()
        #expect(none == nil)
        #expect(queue.oldest == nil)
    }

    /// Entries that were taken are dropped a lot at a time, which must not show.
    @Test(arguments: 0...6, 1...6)
    mutating func `gives back one of them, wherever it stands`(taken: Int, claim: Int) {
        fill(1...6)
        for _ in 0..<taken { _ = queue.takeFirst() }
        queue.remove(claim: Int64(claim))
        var rest: [Int64] = []
        while let first = queue.takeFirst() { rest.append(first.claim) }
        #expect(rest == (1...6).filter { $0 > taken && $0 != claim }.map(Int64.init))
    }

    @Test(arguments: 0...6, 0...7)
    mutating func `gives back those that have waited since some time or longer`(taken: Int, since: Int) {
        fill(1...6)
        for _ in 0..<taken { _ = queue.takeFirst() }
        let old = queue.take(since: .ms(since))
        #expect(old == (1...6).filter { $0 > taken && $0 <= since }.map(Int64.init))
        let rest = queue.take(since: nil)
        #expect(rest == (1...6).filter { $0 > taken && $0 > since }.map(Int64.init))
        #expect(queue.count == 0)
    }
}
