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

/// Charges until the gate opens, so many at once.
private struct Charge: OperationDefinition {
    static let name = "Charge"
    let gate: Gate
    let journal: Journal
    var most: Int? = 2

    var branches: [Branch] {
        Do("Pay") { _ in
            journal.note("in")
            await gate.wait()
        }
        .limit("stripe", most)
    }
}

/// One at a time for each customer.
private struct Order: OperationDefinition {
    static let name = "Order"
    let journal: Journal

    var limit: OperationLimit? { .exclusive("orders", by: .customer) }

    var branches: [Branch] {
        Do("Pack") { context in journal.note("packed \(context.operationID)") }
        WaitFor("called")
        Do("Ship") { context in journal.note("shipped \(context.operationID)") }
    }
}

@Suite(.backops, .timeLimit(.minutes(5))) struct `Limits from Swift` {
    private let journal = Journal()
    private let gate = Gate()

    private func enqueue(_ customer: String?, _ client: BackOpsClient) async throws -> Int64 {
        try await client.enqueue(Order.self) { $0[.customer] = customer }.id
    }

    private func drain() async throws {
        try await BackOpsWorker.test { Order(journal: journal) }.drain()
    }

    @Test func `let so many actions run at once, and more when somebody says so`() async throws {
        try await withClient { client in
            for _ in 1...5 { try await client.enqueue(Charge.self) }
            try await working(.test({ $0.concurrency = 8 }) { Charge(gate: gate, journal: journal) }) {
                try await eventually("two run, and three wait") {
                    let limit = try await client.limit("stripe")
                    return journal.entries.count == 2 && limit?.holding == 2 && limit?.waiting == 3
                }
                let record = try #require(try await client.limits().first)
                #expect(
                    record.name == "stripe" && record.maximum == 2 && record.keys == 1 && !record.isCapped
                )
                #expect(record.setting.declared == 2 && !record.setting.isSetByHand)
                let lines = try await client.limitLines(of: "stripe")
                #expect(lines.map(\.gate) == ["stripe"] && lines.first?.key == nil)
                #expect(lines.first?.holding == 2 && lines.first?.waiting == 3 && lines.first?.maximum == 2)
                #expect(try await client.limitLines(of: "stripe", after: "stripe").isEmpty)
                let waiting = try await client.operations.withStatus(.waiting).all(limit: 10)
                #expect(waiting.count == 3)
                let last = try #require(waiting.map(\.id).max())
                let reasons = try await client.explain(last)
                #expect(reasons.map(\.reason) == [.limit])
                #expect(reasons.first?.detail?.contains("number 3 in line, 2 of 2 held") == true)
                let setting = try await client.setLimit("stripe", to: 3, reason: "they let us")
                #expect(setting.maximum == 3 && setting.declared == 2 && setting.reason == "they let us")
                #expect(setting.isSetByHand && setting.setBy != nil)
                try await eventually("three run") { journal.entries.count == 3 }
                gate.open()
                try await eventually("all have ended") {
                    try await client.operations.inState(.completed).all(limit: 10).count == 5
                }
            }
            let audit = try await client.audit(limit: 10)
            #expect(audit.map(\.action) == ["set_limit"])
            #expect(audit.first?.reason == "they let us")
        }
    }

    @Test func `let operations of a key go on one after the other`() async throws {
        try await withClient { client in
            let first = try await enqueue("ann", client)
            let second = try await enqueue("ann", client)
            let other = try await enqueue("bob", client)
            let nobody = try await enqueue(nil, client)
            try await drain()
            #expect(Set(journal.entries) == ["packed \(first)", "packed \(other)", "packed \(nobody)"])
            #expect(try await client.limitLines(of: "orders").map(\.key) == [nil, "ann", "bob"])
            #expect(
                try await client.limitLines(of: "orders", after: "orders/ann", limit: 1).map(\.key) == ["bob"]
            )
            #expect(try await client.operation(second)?.status == .waiting)
            #expect(
                try await client.operation(second)?.note == "waits for a slot of the limit \"orders/ann\""
            )
            try await client.signal(first, "called")
            try await drain()
            #expect(journal.entries.suffix(2) == ["shipped \(first)", "packed \(second)"])
            let definition = try #require(try await client.definition("Order"))
            #expect(definition.branches.map(\.name) == [.main])
            #expect(definition.plan.limit?.words == "orders 1 by customer")
        }
    }

    @Test func `are set and reset by people, who are told what cannot be`() async throws {
        try await withClient { client in
            let unlimited = try await client.setLimit("mail", to: nil)
            #expect(unlimited.maximum == nil && unlimited.declared == nil && unlimited.isSetByHand)
            #expect(try await client.setLimit("mail", to: 0, reason: "it is night").maximum == 0)
            for (name, maximum) in [
                ("a/b", 1), ("", 1), ("mail", -1), ("mail", 1_000_001), ("mail", Int.max),
            ] {
                let error = await #expect(throws: BackOpsError.self) {
                    try await client.setLimit(name, to: maximum)
                }
                #expect(error?.code == .invalidArgument)
            }
            let undeclared = await #expect(throws: BackOpsError.self) { try await client.resetLimit("mail") }
            #expect(undeclared?.code == .wrongState)
            let missing = await #expect(throws: BackOpsError.self) { try await client.resetLimit("stripe") }
            #expect(missing?.code == .noSuchOperation && missing?.message.contains("mail") == true)
            #expect(try await client.limit("stripe") == nil)
            try await drain()
            try await client.setLimit("orders", to: 5)
            let reset = try await client.resetLimit("orders", reason: "over")
            #expect(reset.maximum == 1 && reset.declared == 1 && !reset.isSetByHand)
            #expect(try await client.recountLimits() == 0)
        }
    }

    @Test func `are counted again after somebody has changed rows`() async throws {
        try await withClient { client in
            _ = try await enqueue("ann", client)
            try await drain()
            try await TestDatabase.current.query("update limit_gates set holding = 7")
            #expect(try await client.invariants().map(\.invariant) == ["slots_are_counted"])
            #expect(try await client.recountLimits() == 1)
            #expect(try await client.limit("orders")?.holding == 1)
        }
    }

    @Test func `come with an operation that brings its own branches`() async throws {
        try await withClient { client in
            let handle = try await client.enqueue(name: "one-off", limit: .exclusive()) { nothing("A") }
            try await BackOpsWorker.test(actions: [nothing("A")]) {}.drain()
            #expect(try await handle.record().state == .completed)
            #expect(try await client.limit("one-off")?.setting.declared == 1)
            let error = await #expect(throws: BackOpsError.self) {
                try await client.enqueue(name: "one-off", limit: .limit("unheard")) { nothing("A") }
            }
            #expect(
                error?.message.contains("no limit \"unheard\" yet") == true,
                "\(String(describing: error))"
            )
        }
    }

    @Test func `need a number from somebody before a worker starts`() async throws {
        try await withClient { client in
            let worker = try BackOpsWorker.test { Charge(gate: gate, journal: journal, most: nil) }
            let error = await #expect(throws: PQError.self) { try await worker.drain() }
            #expect(
                error?.message.contains("there is no limit \"stripe\" yet") == true,
                "\(String(describing: error))"
            )
            try await client.setLimit("stripe", to: 1)
            gate.open()
            let handle = try await client.enqueue(Charge.self)
            try await BackOpsWorker.test { Charge(gate: gate, journal: journal, most: nil) }.drain()
            #expect(try await handle.record().state == .completed)
        }
    }

    @Test func `that somebody has set are known to the doctor while operations wait`() async throws {
        try await withClient { client in
            func findings() async -> [Diagnosis.Finding] {
                await Doctor(TestDatabase.current.database).examine().findings.filter { $0.check == "limits" }
            }
            try await drain()
            try await client.setLimit("orders", to: 0, reason: "stock-taking")
            #expect(await findings().map(\.level) == [.fine])
            let id = try await enqueue("ann", client)
            try await drain()
            #expect(journal.entries.isEmpty)
            let finding = try #require(await findings().first)
            #expect(finding.level == .warning)
            #expect(finding.found.hasPrefix("the limit \"orders\" was set to 0 by "))
            #expect(
                finding.found.hasSuffix(" (stock-taking), and 1 operation waits in line"),
                "\(finding.found)"
            )
            #expect(finding.advice?.contains("reset_limit('orders')") == true)
            #expect(try await client.explain(id).first?.advice?.contains("reset_limit") == true)
            try await client.resetLimit("orders")
            #expect(await findings().map(\.level) == [.fine])
            try await drain()
            #expect(journal.entries == ["packed \(id)"])
        }
    }

    @Test func `at which nobody looks are known to the doctor`() async throws {
        try await withClient { client in
            try await drain()
            _ = try await enqueue("ann", client)
            try await TestDatabase.current.query(
                "update jobs set run_at = clock_now() - interval '10 minutes'"
            )
            let finding = await Doctor(TestDatabase.current.database).examine().findings.first {
                $0.check == "limits"
            }
            #expect(finding?.level == .failure)
            #expect(
                finding?.found
                    == "1 operation came to a limit up to 10 min ago, and no worker looks whether it may start"
            )
            try await TestDatabase.current.query("select advance_limits()")
        }
    }

    @Test func `do not hide what a new program could not run`() async throws {
        try await withClient { client in
            try await drain()
            _ = try await enqueue("ann", client)
            _ = try await enqueue("ann", client)
            try await TestDatabase.current.query("select advance_limits()")
            let obstacles = try await client.deployObstacles(to: [], queues: ["default"])
            #expect(obstacles.compactMap(\.action) == ["Pack", "Ship"])
            #expect(obstacles.map(\.operations) == [2, 2] && obstacles.map(\.atIt) == [2, 0])
            #expect(try await client.deployObstacles(to: [], queues: ["mail"]).isEmpty)
        }
    }
}
