import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Foundation
import LibPQ
import Synchronization
import TestSupport
import Testing

extension GlobalKey<String> {
    fileprivate static let customer = Self("customer")
}

/// Two at once, and then one in an hour.
private struct Charge: OperationDefinition {
    static let name = "Charge"
    let journal: Journal
    var key: GlobalKey<String>?

    var branches: [Branch] {
        Do("Pay") { context in journal.note("paid \(context.operationID)") }
            .rate("stripe", 1, per: .seconds(3600), burst: 2, by: key)
    }
}

/// Calls a service as often as its rate has room, and once an hour then.
private struct Copy: OperationDefinition {
    static let name = "Copy"
    let journal: Journal
    var rate = "shop"

    var branches: [Branch] {
        Do("Copy") { context in
            if try await context.tryConsume(rate, key: "bob") == .granted { journal.note("asked for bob") }
            try await context.consume(rate, 2)
            journal.note("copied \(context.operationID)")
        }
    }
}

/// Is told to go away once.
private struct Ask: OperationDefinition {
    static let name = "Ask"
    let journal: Journal
    var closing = "maps"

    var branches: [Branch] {
        Do("Ask") { context in
            journal.note("asked \(context.operationID)")
            if context.attempt == 1 {
                throw Failure.retry(after: .seconds(3600), closing: closing, "429 Too Many Requests")
            }
        }
        .rate("maps", 1_000_000, per: .seconds(1), burst: 1000, by: .customer)
    }
}

/// Twenty in a second.
private final class Beat: OperationDefinition {
    static let name = "Beat"
    let times = Mutex<[Date]>([])

    var branches: [Branch] {
        Do("Beat") { [self] _ in times.withLock { $0.append(Date()) } }.rate("beat", 20, per: .seconds(1))
    }
}

@Suite(.backops, .timeLimit(.minutes(5))) struct `Rates from Swift` {
    private let journal = Journal()

    @Test func `let so many start in a time, and more when somebody says so`() async throws {
        try await withClient { client in
            let charge = Charge(journal: journal)
            for _ in 1...5 { try await client.enqueue(Charge.self) }
            try await BackOpsWorker.test { charge }.drain()
            #expect(journal.entries.count == 2)
            let record = try #require(try await client.rates().first)
            #expect(record.name == "stripe" && record.pace == record.setting.declared && record.keys == 1)
            #expect(record.pace == RatePace(count: 1, per: .seconds(3600), burst: 2))
            #expect(record.waiting == 3 && record.closed == 0 && !record.isCapped)
            #expect(!record.setting.isSetByHand && record.setting.setBy == nil)
            let lines = try await client.rateLines(of: "stripe")
            #expect(lines.map(\.gate) == ["/rate/stripe"] && lines.first?.key == nil)
            #expect(lines.first?.waiting == 3 && lines.first?.closedUntil == nil)
            let start = try #require(lines.first?.nextStart)
            #expect((3000...3601).contains(start.timeIntervalSinceNow))
            #expect(try await client.rateLines(of: "stripe", after: "/rate/stripe").isEmpty)
            let waiting = try await client.operations.withStatus(.waiting).all(limit: 10)
            #expect(waiting.count == 3)
            #expect(waiting.first?.note == "waits for a start under the rate \"stripe\"")
            let last = try #require(waiting.map(\.id).max())
            let reason = try #require(try await client.explain(last).first)
            #expect(reason.reason == .rate)
            #expect(reason.detail?.contains("number 3 in line") == true, "\(reason)")
            #expect((7200...10_801).contains(try #require(reason.until).timeIntervalSinceNow))
            let definition = try #require(try await client.definition("Charge"))
            #expect(definition.plan.entries.first?.options.rate?.words == "stripe 1 per 1h, burst 2")
            let setting = try await client.setRate("stripe", to: nil, reason: "they let us")
            #expect(setting.pace == nil && setting.declared == record.pace && setting.isSetByHand)
            #expect(setting.reason == "they let us" && setting.setBy != nil)
            try await BackOpsWorker.test { charge }.drain()
            #expect(journal.entries.count == 5)
            #expect(try await client.audit(limit: 10).map(\.action) == ["set_rate"])
        }
    }

    @Test func `keep their pace, however many workers there are`() async throws {
        try await withClient { client in
            let beat = Beat()
            let start = Date()
            for _ in 0...50 { try await client.enqueue(Beat.self) }
            try await working(.test { beat }) {
                try await working(.test { beat }) {
                    try await eventually("all have run") { beat.times.withLock(\.count) == 51 }
                }
            }
            for (number, time) in beat.times.withLock({ $0.sorted() }).enumerated() {
                let due = start.addingTimeInterval(Double(number) * 0.05)
                #expect(time.timeIntervalSince(due) > -0.01, "start \(number)")
            }
        }
    }

    @Test func `are set and reset by people, who are told what cannot be`() async throws {
        try await withClient { client in
            let set = try await client.setRate("mail", to: 50, per: .milliseconds(1500), burst: 10)
            #expect(set.pace == RatePace(count: 50, per: .milliseconds(1500), burst: 10))
            #expect(set.declared == nil && set.isSetByHand && set.reason == nil)
            #expect(try await client.rate("mail")?.setting == set)
            #expect(try await client.setRate("mail", to: 1).pace == RatePace(count: 1))
            for (name, count, per, burst) in [
                ("a/b", 1, 1, 1), ("", 1, 1, 1), ("mail", 0, 1, 1), ("mail", Int.max, 1, 1),
                ("mail", 1, 0, 1),
                ("mail", 1, 31_536_001, 1), ("mail", 1, 1, 0),
            ] {
                let error = await #expect(throws: BackOpsError.self) {
                    try await client.setRate(name, to: count, per: .seconds(per), burst: burst)
                }
                #expect(error?.code == .invalidArgument)
            }
            let undeclared = await #expect(throws: BackOpsError.self) { try await client.resetRate("mail") }
            #expect(undeclared?.code == .wrongState)
            let missing = await #expect(throws: BackOpsError.self) { try await client.resetRate("stripe") }
            #expect(missing?.code == .noSuchOperation && missing?.message.contains("mail") == true)
            let unknown = await #expect(throws: BackOpsError.self) {
                try await client.closeRate("stripe", for: .seconds(1))
            }
            #expect(unknown?.code == .noSuchOperation)
            #expect(try await client.rate("stripe") == nil)
            try await BackOpsWorker.test { Charge(journal: journal) }.drain()
            try await client.setRate("stripe", to: 5)
            let reset = try await client.resetRate("stripe", reason: "over")
            #expect(reset.pace == RatePace(count: 1, per: .seconds(3600), burst: 2) && !reset.isSetByHand)
        }
    }

    @Test func `are closed and opened, each key by itself`() async throws {
        try await withClient { client in
            let charge = Charge(journal: journal, key: .customer)
            try await BackOpsWorker.test { charge }.drain()
            try await client.closeRate("stripe", for: .seconds(3600), key: "ann", reason: "they ask for it")
            try await client.closeRate("stripe", until: Date(timeIntervalSinceNow: 60), key: "ann")
            let ann = try await client.enqueue(Charge.self) { $0[.customer] = "ann" }.id
            let bob = try await client.enqueue(Charge.self) { $0[.customer] = "bob" }.id
            let nobody = try await client.enqueue(Charge.self).id
            try await BackOpsWorker.test { charge }.drain()
            #expect(Set(journal.entries) == ["paid \(bob)", "paid \(nobody)"])
            #expect(try await client.rate("stripe")?.closed == 1)
            let line = try #require(
                try await client.rateLines(of: "stripe", after: "/rate/stripe/", limit: 1).first
            )
            #expect(line.key == "ann" && line.waiting == 1)
            #expect((3000...3601).contains(try #require(line.closedUntil).timeIntervalSinceNow))
            let finding = await Doctor(TestDatabase.current.database).examine().findings.first {
                $0.check == "limits"
            }
            #expect(finding?.level == .warning)
            #expect(
                finding?.found == "the rate \"stripe\" is closed for 59 min, and 1 operation waits in line"
            )
            #expect(finding?.advice?.contains("close_rate('stripe', null, KEY)") == true)
            #expect(try await client.explain(ann).first?.advice?.contains("close_rate") == true)
            try await client.openRate("stripe", key: "ann")
            try await BackOpsWorker.test { charge }.drain()
            #expect(journal.entries.last == "paid \(ann)")
            #expect(try await client.audit(limit: 10).count { $0.action == "close_rate" } == 3)
        }
    }

    @Test func `that somebody has set are known to the doctor while operations wait`() async throws {
        try await withClient { client in
            for _ in 1...3 { try await client.enqueue(Charge.self) }
            try await client.setRate("stripe", to: 1, per: .seconds(60), reason: "stock-taking")
            try await BackOpsWorker.test { Charge(journal: journal) }.drain()
            let finding = await Doctor(TestDatabase.current.database).examine().findings.first {
                $0.check == "limits"
            }
            #expect(finding?.level == .warning)
            #expect(finding?.found.hasPrefix("the rate \"stripe\" was set to 1 per 1m by ") == true)
            #expect(finding?.found.hasSuffix(" (stock-taking), and 2 operations wait in line") == true)
            #expect(finding?.advice?.contains("reset_rate('stripe')") == true)
        }
    }

    @Test func `count calls of an action, which comes again when there is room`() async throws {
        try await withClient { client in
            try await client.setRate("shop", to: 1, per: .seconds(3600), burst: 2)
            let first = try await client.enqueue(Copy.self).id
            try await BackOpsWorker.test { Copy(journal: journal) }.drain()
            let second = try await client.enqueue(Copy.self).id
            try await BackOpsWorker.test { Copy(journal: journal) }.drain()
            #expect(journal.entries == ["asked for bob", "copied \(first)", "asked for bob"])
            #expect(try await client.operation(first)?.state == .completed)
            #expect(try await client.attempts(of: second).map(\.outcome) == [.snoozed])
            let reason = try #require(try await client.explain(second).first)
            #expect(reason.reason == .scheduled)
            #expect((3000...3601).contains(try #require(reason.until).timeIntervalSinceNow))
            #expect(try await client.rateLines(of: "shop").map(\.key) == [nil, "bob"])
            try await client.setRate("shop", to: nil)
            try await client.reschedule(second, to: .now)
            try await BackOpsWorker.test { Copy(journal: journal) }.drain()
            #expect(try await client.operation(second)?.state == .completed)
        }
    }

    @Test func `that are not there fail the attempt that counts under them`() async throws {
        try await withClient { client in
            let id = try await client.enqueue(Copy.self).id
            try await BackOpsWorker.test { Copy(journal: journal, rate: "unheard-of") }.drain()
            let attempt = try #require(try await client.attempts(of: id).first)
            #expect(attempt.outcome == .failed, "\(attempt)")
            #expect(attempt.errorMessage?.contains("no rate \"unheard-of\"") == true, "\(attempt)")
        }
    }

    @Test func `are closed by a failure, for the key of its operation`() async throws {
        try await withClient { client in
            let worker = { try BackOpsWorker.test { Ask(journal: journal) } }
            let ann = try await client.enqueue(Ask.self) { $0[.customer] = "ann" }.id
            try await worker().drain()
            #expect(journal.entries == ["asked \(ann)"])
            #expect(try await client.operation(ann)?.status == .retrying)
            let line = try #require(try await client.rateLines(of: "maps").first)
            #expect(line.key == "ann")
            #expect((3000...3601).contains(try #require(line.closedUntil).timeIntervalSinceNow))
            let other = try await client.enqueue(Ask.self) { $0[.customer] = "ann" }.id
            let bob = try await client.enqueue(Ask.self) { $0[.customer] = "bob" }.id
            try await worker().drain()
            #expect(journal.entries == ["asked \(ann)", "asked \(bob)"])
            #expect(try await client.operation(other)?.status == .waiting)
        }
    }

    @Test func `that cannot be closed keep no failure from being reported`() async throws {
        try await withClient { client in
            let id = try await client.enqueue(Ask.self).id
            try await BackOpsWorker.test { Ask(journal: journal, closing: "unheard-of") }.drain()
            let operation = try #require(try await client.operation(id))
            #expect(operation.status == .retrying)
            #expect(try await client.attempts(of: id).first?.errorMessage?.contains("429") == true)
        }
    }

    @Test func `stand in plans of SQL as people write them`() async throws {
        try await withClient { client in
            try await TestDatabase.current.query(
                """
                select register_definition('Flow', '{"main": [["A", {"rate": {"name": "x", "count": 5, "per": "1 minute", "burst": 1}}], ["B", {"rate": "x"}]]}')
                """
            )
            let plan = try #require(try await client.definition("Flow")).plan
            #expect(plan.entries.compactMap(\.options.rate?.words) == ["x 5 per 1m", "x"])
        }
    }
}
