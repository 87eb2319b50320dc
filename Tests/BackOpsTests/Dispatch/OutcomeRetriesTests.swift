import BackOps
import Testing

@Suite struct `Outcomes that the database has not taken` {
    private var retries = OutcomeRetries()

    private func completions(_ ids: Int64...) -> Request {
        .complete(ids.map { .sample($0) }, continues: true)
    }

    @Test mutating func `are kept, and settled ones are not`() {
        retries.keep(completions(1, 2, 3), except: [.sample(2)], at: .ms(0))
        #expect(retries.outcomes.claims == [.sample(1), .sample(3)])
        #expect(!retries.isEmpty)
    }

    @Test mutating func `are sent again after pauses that double from 2 to 100 ms`() {
        var now = 0
        for pause in [2, 4, 8, 16, 32, 64, 100, 100] {
            retries.keep(completions(1), except: [], at: .ms(now))
            #expect(retries.dueAt == .ms(now + pause))
            let early = retries.takeDue(at: .ms(now + pause - 1))
            #expect(early.isEmpty)
            let sent = retries.takeDue(at: .ms(now + pause))
            #expect(sent.claims == [.sample(1)])
            #expect(retries.isEmpty)
            now += pause
        }
    }

    @Test mutating func `are sent again soon when none was left in between`() {
        retries.keep(completions(1), except: [], at: .ms(0))
        _ = retries.takeDue(at: .ms(2))
        retries.keep(completions(1), except: [.sample(1)], at: .ms(3))
        retries.keep(completions(2), except: [], at: .ms(10))
        #expect(retries.dueAt == .ms(12))
    }

    @Test mutating func `do not put off those that wait already`() {
        retries.keep(completions(1), except: [], at: .ms(0))
        retries.keep(completions(2), except: [], at: .ms(1))
        #expect(retries.dueAt == .ms(2))
        let sent = retries.takeDue(at: .ms(2))
        #expect(sent.claims == [.sample(1), .sample(2)])
    }

    @Test mutating func `keep their slot for a second, counted from the first refusal`() {
        retries.keep(completions(1), except: [], at: .ms(0))
        _ = retries.takeDue(at: .ms(2))
        retries.keep(completions(1, 2), except: [], at: .ms(500))
        let both = [CompletedAttempt.sample(1), .sample(2)]
        #expect(retries.slots(both, at: .ms(999)) == 2)
        #expect(retries.slots(both, at: .ms(1000)) == 1)
        #expect(retries.isOverdue(.sample(1), at: .ms(1000)))
        #expect(!retries.isOverdue(.sample(2), at: .ms(1499)))
        #expect(retries.isOverdue(.sample(2), at: .ms(1500)))
        #expect(!retries.isOverdue(.sample(3), at: .ms(60_000)))
    }

    @Test mutating func `are asked about after a second, in order, and then less and less often`() {
        retries.keep(completions(3, 1, 2), except: [], at: .ms(0))
        #expect(!retries.mustAsk(at: .ms(999)))
        #expect(retries.mustAsk(at: .ms(1000)))
        // As long as the oldest has waited, up to a minute.
        for (now, next) in [(1000, 2000), (2000, 4000), (4000, 8000), (90_000, 150_000)] {
            let asked = retries.takeQuestions(at: .ms(now))
            #expect(asked == [.sample(1), .sample(2), .sample(3)])
            #expect(!retries.mustAsk(at: .ms(next - 1)))
            #expect(retries.mustAsk(at: .ms(next)))
        }
    }

    @Test mutating func `are not asked about any more once they are forgotten`() {
        retries.keep(completions(1), except: [], at: .ms(0))
        retries.forget(.sample(1))
        #expect(!retries.mustAsk(at: .ms(60_000)))
        let asked = retries.takeQuestions(at: .ms(60_000))
        #expect(asked == [])
    }

    @Test mutating func `are reported once each, until they are forgotten`() {
        retries.keep(completions(1), except: [], at: .ms(0))
        let isFirst = retries.isFirstReport(of: .sample(1))
        #expect(isFirst)
        let isFirstAgain = retries.isFirstReport(of: .sample(1))
        #expect(!isFirstAgain)
        retries.forget(.sample(1))
        let isFirstAfterwards = retries.isFirstReport(of: .sample(1))
        #expect(isFirstAfterwards)
    }

    @Test mutating func `are dropped one by one, but not while they are on their way`() {
        retries.keep(completions(1, 2), except: [], at: .ms(0))
        let dropped = retries.remove(.sample(1))
        #expect(dropped.claims == [.sample(1)])
        let sent = retries.takeDue(at: .ms(2))
        #expect(sent.claims == [.sample(2)])
        let droppedOnItsWay = retries.remove(.sample(2))
        #expect(droppedOnItsWay.isEmpty)
    }
}
