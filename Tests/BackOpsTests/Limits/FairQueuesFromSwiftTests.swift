import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import TestSupport
import Testing

private let tenant = GlobalKey<String>("tenant")

/// Notes whose it is.
private struct Report: OperationDefinition {
    static let name = "Report"
    let journal: Journal

    var branches: [Branch] {
        Do("Write") { context in journal.note(context[tenant] ?? "nobody") }
    }
}

@Suite(.backops, .timeLimit(.minutes(5))) struct `Fair queues from Swift` {
    private let journal = Journal()

    private func worker() throws -> BackOpsWorker {
        try .test({ $0.concurrency = 1 }) { Report(journal: journal) }
    }

    /// Enqueues as many operations of a tenant.
    private func enqueue(_ name: String, _ count: Int, _ client: BackOpsClient) async throws {
        for _ in 1...count { try await client.enqueue(Report.self, ["tenant": .string(name)]) }
    }

    /// Gives turns to what is due, as a claim does that takes nothing of it.
    private func giveTurns() async throws {
        try await TestDatabase.current.query(
            "select take_turns(f, 5::smallint, '-infinity', 0, 0, '{}', clock_now()) from fair_queues f"
        )
    }

    private func findings() async -> [Diagnosis.Finding] {
        await Doctor(TestDatabase.current.database).examine().findings.filter { $0.check == "limits" }
    }

    @Test func `let nobody wait for all of somebody else`() async throws {
        try await withClient { client in
            #expect(try await client.fairQueues().isEmpty)
            let fair = try await client.setQueueFairness("default", by: tenant, reason: "acme floods it")
            #expect(fair.queue == "default" && fair.by == "tenant" && fair.weights.isEmpty)
            #expect(fair.waiting == 0 && !fair.isCapped && !fair.setBy.isEmpty)
            #expect(fair.reason == "acme floods it")
            try await enqueue("acme", 5, client)
            try await enqueue("small", 2, client)
            try await worker().drain()
            #expect(journal.entries.count == 7)
            #expect(journal.entries.prefix(4).sorted() == ["acme", "acme", "small", "small"])
            #expect(try await client.queues().map(\.fairBy) == ["tenant"])
        }
    }

    @Test func `have weights, which are those of the last call`() async throws {
        try await withClient { client in
            try await client.setQueueFairness("default", by: "tenant", weights: ["acme": 3, "other": 7])
            let fair = try await client.setQueueFairness(
                "default",
                by: "tenant",
                weights: ["acme": 3, "a \"b\"": 0.01, "ü": 100]
            )
            #expect(fair.weights == ["acme": 3, "a \"b\"": 0.01, "ü": 100])
            #expect(try await client.fairQueues() == [fair])
            try await enqueue("acme", 6, client)
            try await enqueue("small", 2, client)
            try await worker().drain()
            #expect(journal.entries.filter { $0 == "acme" }.count == 6)
            #expect(journal.entries.prefix(4).filter { $0 == "small" }.count == 1)
        }
    }

    @Test func `tell who waits, and for how many`() async throws {
        try await withClient { client in
            try await worker().drain()
            try await client.setQueueFairness("default", by: "tenant")
            try await enqueue("acme", 3, client)
            try await enqueue("small", 1, client)
            try await client.enqueue(Report.self)
            try await giveTurns()
            #expect(try await client.fairQueues().map(\.waiting) == [5])
            let lines = try await client.fairQueueLines(of: "default")
            #expect(lines.map(\.key) == ["acme", "small", ""])
            #expect(lines.map(\.waiting) == [3, 1, 1])
            #expect(lines.map(\.ahead) == [0, 1, 2])
            #expect(lines.map(\.priority) == [5, 5, 5])
            #expect(try await client.fairQueueLines(of: "default", limit: 1) == [lines[0]])
            #expect(try await client.fairQueueLines(of: "elsewhere").isEmpty)
            let driver = try await EngineDriver.start(handlers: ["Report/Write"])
            let waiting = try await client.operations.withStatus(.ready).all(limit: 10)
            let last = try #require(waiting.map(\.id).max())
            #expect(try await client.explain(last).map(\.reason) == [.turn])
            await driver.connection.close()
            let off = try await client.setQueueFairness("default", by: nil, reason: "they have left")
            #expect(off.by == nil && off.waiting == 5 && off.weights.isEmpty)
            try await worker().drain()
            #expect(journal.entries == ["acme", "small", "nobody", "acme", "acme"])
            #expect(try await client.queues().allSatisfy { $0.fairBy == nil })
        }
    }

    @Test func `are refused where they cannot be`() async throws {
        try await withClient { client in
            let refused: [(String, String?, [String: Double])] = [
                ("No Queue", "tenant", [:]), ("mail", "", [:]),
                ("mail", String(repeating: "k", count: 201), [:]),
                ("mail", nil, ["acme": 3]), ("mail", "tenant", ["acme": 0]),
                ("mail", "tenant", ["acme": 101]),
                ("mail", "tenant", ["acme": -1]), ("mail", "tenant", ["acme": .nan]),
                ("mail", "tenant", ["acme": .infinity]),
                (
                    "mail", "tenant",
                    Dictionary(uniqueKeysWithValues: (0...1000).map { ("\($0)", 1) })
                ),
            ]
            for (queue, global, weights) in refused {
                let error = await #expect(throws: BackOpsError.self) {
                    try await client.setQueueFairness(queue, by: global, weights: weights)
                }
                #expect(error?.code == .invalidArgument)
            }
            let queues = try await client.fairQueues()
            #expect(queues.isEmpty)
        }
    }

    @Test func `whose global nobody has are known to the doctor`() async throws {
        try await withClient { client in
            try await client.setQueueFairness("default", by: "tenat")
            #expect(await findings().map(\.level) == [.fine])
            try await enqueue("acme", 2, client)
            try await worker().drain()
            try await enqueue("acme", 2, client)
            try await giveTurns()
            let finding = try #require(await findings().first)
            #expect(finding.level == .warning)
            #expect(
                finding.found
                    == "2 of the 2 actions that wait for their turn in the queue \"default\" lack the global \"tenat\", by which it takes turns: all of them have one turn"
            )
            #expect(finding.advice?.contains("set_queue_fairness('default', GLOBAL)") == true)
            try await client.setQueueFairness("default", by: "tenant")
            #expect(await findings().map(\.level) == [.fine])
        }
    }

    @Test func `whose weights are of nobody are known to the doctor`() async throws {
        try await withClient { client in
            try await worker().drain()
            try await client.setQueueFairness("default", by: "tenant", weights: ["Acme ": 2.5, "else": 3])
            try await enqueue("acme", 2, client)
            try await giveTurns()
            let finding = try #require(await findings().first)
            #expect(finding.level == .warning)
            #expect(
                finding.found
                    == "the queue \"default\" has a weight for \"Acme \", and what waits in it is of \"acme\""
            )
            #expect(
                finding.advice?.contains(#"set_queue_fairness('default', 'tenant', '{"acme": 2.5}')"#) == true
            )
            try await client.setQueueFairness("default", by: "tenant", weights: ["acme": 2.5, "ACME": 3])
            #expect(await findings().map(\.level) == [.fine])
            try await TestDatabase.current.query("insert into secret_keys values ('Report', 'tenant')")
            let hidden = try #require(await findings().first)
            #expect(
                hidden.found
                    == "the queue \"default\" has a weight for \"ACME\", and its keys are hashes: \"tenant\" is secret, or long"
            )
            #expect(hidden.advice?.isEmpty == false)
        }
    }

    @Test func `hide nothing that waits from the doctor and a deploy`() async throws {
        try await withClient { client in
            try await worker().drain()
            try await client.setQueueFairness("default", by: "tenant")
            try await enqueue("acme", 2, client)
            try await giveTurns()
            let names = await Doctor(TestDatabase.current.database).examine().findings.filter {
                $0.check == "names"
            }
            #expect(names.map(\.level) == [.warning])
            #expect(
                names.first?.found.contains("2 jobs for \"Report/Write\" wait in queue \"default\"") == true
            )
            let obstacles = try await client.deployObstacles(to: [], queues: ["default"])
            #expect(obstacles.map(\.operations) == [2])
            try await worker().drain()
        }
    }
}
