import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Foundation
import LibPQ
import TestSupport
import Testing

extension GlobalKey<ReceivedSignal> {
    fileprivate static let decision = Self("decision")
}

/// Asks, waits, and pays what the answer says.
private struct Refund: OperationDefinition {
    static let name = "Refund"
    let journal: Journal
    var timeout: Duration?

    var branches: [Branch] {
        Do("Ask") { _ in journal.note("asked") }
        WaitFor(
            "approved",
            timeout: timeout,
            onTimeout: timeout == nil ? .fail : .branch("escalate"),
            as: .decision
        )
        .named("decision")
        Do("Pay") { context in
            let decision = try context.require(.decision)
            let amount = try decision.payload(as: [String: Int].self)?["amount"]
            journal.note("paid \(amount.map(String.init) ?? decision.name ?? "nothing")")
        }
        Branch("escalate") { Do("Call") { _ in journal.note("called") } }
    }
}

@Suite(.backops, .timeLimit(.minutes(5))) struct `Signals from Swift` {
    private let journal = Journal()

    @Test func `let an operation go on with what came with them`() async throws {
        try await withClient { client in
            let handle = try await client.enqueue(Refund.self, key: "order-42")
            try await working(.test { Refund(journal: journal) }) {
                try await eventually("it waits") { try await handle.record().status == .waiting }
                #expect(journal.entries == ["asked"])
                #expect(try await client.explain(handle.id).map(\.reason) == [.waiting])
                let answer = try await client.signal(
                    Refund.self,
                    key: "order-42",
                    "approved",
                    payload: ["amount": 7],
                    dedupKey: "1"
                )
                #expect(answer == .delivered)
                try await eventually("it has ended") { try await handle.record().state == .completed }
            }
            #expect(journal.entries == ["asked", "paid 7"])
            #expect(try await client.signal(handle.id, "approved", dedupKey: "1") == .duplicate)
            #expect(try await client.signal(handle.id, "approved") == .refused)
            let signals = try await client.signals(of: handle.id)
            #expect(signals.map(\.status) == [.read])
            #expect(signals.first?.payload == ["amount": 7])
            #expect(signals.first?.readBy == "main/decision")
            #expect(signals.first?.dedupKey == "1")
            let step = try await client.actions(of: handle.id)[1]
            #expect(step.waitOutcome == .signalled)
            #expect(step.signal == "approved")
            #expect(step.wait?["signals"] == ["approved"])
            #expect(try await client.audit(of: handle.id).map(\.action) == ["signal"])
        }
    }

    @Test func `are kept until the operation waits for them`() async throws {
        try await withClient { client in
            let handle = try await client.enqueue(Refund.self)
            #expect(try await client.signal([handle.id], "approved", payload: 3) == [handle.id: .kept])
            #expect(try await client.signal(handle.id, "something else") == .kept)
            try await BackOpsWorker.test { Refund(journal: journal) }.drain()
            #expect(try await client.signals(of: handle.id).map(\.status) == [.read, .left])
            #expect(try await handle.record().state == .failed, "3 is no object with an amount")
        }
    }

    @Test func `are not waited for longer than the step says`() async throws {
        try await withClient { client in
            let handle = try await client.enqueue(Refund.self)
            try await working(.test { Refund(journal: journal, timeout: .milliseconds(200)) }) {
                try await eventually("it has ended") { try await handle.record().state == .completed }
            }
            #expect(journal.entries == ["asked", "called", "paid nothing"])
        }
    }

    @Test func `are refused where there is no such operation`() async throws {
        try await withClient { client in
            await #expect(throws: BackOpsError.self) { try await client.signal(404, "approved") }
            let error = await #expect(throws: BackOpsError.self) {
                try await client.signal(operation: "Refund", key: "none", "approved")
            }
            #expect(error?.code == .noSuchOperation)
            let payload = await #expect(throws: BackOpsError.self) {
                try await client.signal(404, "approved", payload: Double.infinity)
            }
            #expect(payload?.code == .invalidGlobals)
        }
    }
}

/// Sleeps as long as it is told.
private struct Nap: OperationDefinition {
    static let name = "Nap"
    let journal: Journal
    let duration: Duration

    var branches: [Branch] {
        Sleep(for: duration)
        Do("Rise") { _ in journal.note("up") }
    }
}

@Suite(.backops, .timeLimit(.minutes(5))) struct `A sleep` {
    private let journal = Journal()

    @Test func `is over at its time, without another enqueue that wakes the worker`() async throws {
        try await withClient { client in
            try await working(
                .test({ $0.pollInterval = .seconds(60) }) { Nap(journal: journal, duration: .seconds(1)) }
            ) {
                let handle = try await client.enqueue(Nap.self)
                try await eventually("it has ended") { try await handle.record().state == .completed }
                let step = try await client.actions(of: handle.id)[0]
                #expect(step.waitOutcome == .slept)
            }
            #expect(journal.entries == ["up"])
        }
    }

    @Test func `holds no slot and no shutdown, and ends when it is woken`() async throws {
        try await withClient { client in
            let worker = try BackOpsWorker.test({ $0.concurrency = 1 }) {
                Nap(journal: journal, duration: .seconds(86_400))
            }
            let handles = try await working(worker) {
                var handles: [OperationHandle] = []
                for _ in 1...3 { handles.append(try await client.enqueue(Nap.self)) }
                try await eventually("all sleep") {
                    try await client.operations.withStatus(.waiting).count() == 3
                }
                return handles
            }
            try await client.wakeUp(handles[0].id, reason: "it is late")
            #expect(try await client.wakeUp(handles.map(\.id)) == handles.dropFirst().map(\.id))
            try await BackOpsWorker.test { Nap(journal: journal, duration: .zero) }.drain()
            #expect(journal.entries == ["up", "up", "up"])
            await #expect(throws: BackOpsError.self) { try await client.wakeUp(handles[0].id) }
        }
    }
}
