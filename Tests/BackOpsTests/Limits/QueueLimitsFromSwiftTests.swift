import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import TestSupport
import Testing

/// Says that it is in, and waits.
private struct Report: OperationDefinition {
    static let name = "Report"
    let gate: Gate
    let journal: Journal

    var branches: [Branch] {
        Do("Write") { _ in
            journal.note("in")
            await gate.wait()
        }
        Do("Send") { _ in journal.note("sent") }
    }
}

@Suite(.backops, .timeLimit(.minutes(5))) struct `Limits of queues from Swift` {
    @Test func `let so many run at once in all workers, and more when somebody says so`() async throws {
        let (journal, gate) = (Journal(), Gate())
        func worker() throws -> BackOpsWorker {
            try .test({ $0.concurrency = 8 }) { Report(gate: gate, journal: journal) }
        }
        try await withClient { client in
            #expect(try await client.queueLimits().isEmpty)
            let limit = try await client.setQueueLimit("default", to: 2, reason: "they are heavy")
            #expect(limit.queue == "default" && limit.maximum == 2 && limit.running == 0)
            #expect(limit.reason == "they are heavy" && limit.setBy.isEmpty == false)
            for _ in 1...6 { try await client.enqueue(Report.self) }
            try await working(worker()) {
                try await working(worker()) {
                    try await eventually("two run") { journal.entries.count == 2 }
                    #expect(try await client.queueLimits().map(\.running) == [2])
                    #expect(try await client.queues().map(\.limit) == [2])
                    let waiting = try await client.operations.withStatus(.ready).all(limit: 10)
                    let last = try #require(waiting.map(\.id).max())
                    #expect(try await client.explain(last).map(\.reason) == [.queueFull])
                    try await client.setQueueLimit("default", to: 3)
                    try await eventually("three run") { journal.entries.count == 3 }
                    gate.open()
                    try await eventually("all have ended") {
                        try await client.operations.inState(.completed).all(limit: 10).count == 6
                    }
                }
            }
            #expect(try await client.queueLimits().map(\.running) == [0])
            #expect(try await client.setQueueLimit("default", to: nil).maximum == nil)
        }
    }

    @Test func `are refused where they cannot be`() async throws {
        try await withClient { client in
            for (queue, maximum) in [("No Queue", 1), ("mail", -1), ("mail", 1_000_001), ("mail", .max)] {
                let error = await #expect(throws: BackOpsError.self) {
                    try await client.setQueueLimit(queue, to: maximum)
                }
                #expect(error?.code == .invalidArgument)
            }
            let limits = try await client.queueLimits()
            #expect(limits.isEmpty)
        }
    }
}
