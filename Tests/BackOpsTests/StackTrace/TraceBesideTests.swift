import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import CoreMetrics
import Dispatch
import MetricsTestKit
import Synchronization
import Testing

private struct Faulty: OperationDefinition {
    static let name = "Faulty"
    let journal: Journal
    var branches: [Branch] {
        Do("A") { context in
            if context["fails"] == true { throw Broken() }
            journal.note("ran")
        }
        .retry(.never)
    }
}

@Suite(.backops, .timeLimit(.minutes(5))) struct `The names of a stack` {
    private let journal = Journal()
    private let relay = StopRelay()

    /// Holds up who looks for names, until it is opened.
    private final class Barrier: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)
        let reached = Gate()

        func open() { semaphore.signal() }
        func text(of trace: FailureTrace) -> String {
            reached.open()
            semaphore.wait()
            semaphore.signal()
            return trace.text()
        }
    }

    private func worker(_ barrier: Barrier) throws -> BackOpsWorker {
        try BackOpsWorker.test {
            $0.stackTraces = .onFailure()
            $0.concurrency = 1
            $0.gracePeriod = .seconds(3600)
            // Other tests of the process must not wait for the barrier.
            $0.symbolThread = SymbolThread()
            $0.tracePatience = .seconds(3600)
            $0.resolveTrace = { barrier.text(of: $0) }
        } operations: {
            Faulty(journal: journal)
        }
    }

    @Test func `are looked up while the slot runs other actions`() async throws {
        let barrier = Barrier()
        defer { barrier.open() }
        try await withClient { client async throws in
            let faulty = try await client.enqueue(Faulty.self, ["fails": true])
            try await working(try worker(barrier)) { () async throws in
                await barrier.reached.wait()
                let next = try await client.enqueue(Faulty.self)
                #expect(try await next.result(timeout: .seconds(600)).state == .completed)
                barrier.open()
                #expect(try await faulty.result(timeout: .seconds(600)).state == .failed)
            }
            let trace = try #require(try await client.attempts(of: faulty.id).first?.stackTrace)
            #expect(trace.contains("TraceBesideTests.swift"))
        }
    }

    @Test func `are not waited for by a worker that stops, which records addresses`() async throws {
        let barrier = Barrier()
        defer { barrier.open() }
        try await withClient { client async throws in
            let faulty = try await client.enqueue(Faulty.self, ["fails": true])
            let worker = try worker(barrier)
            let run = Task { try await worker.run(relay) }
            await barrier.reached.wait()
            relay.stop(.graceful)
            try await run.value
            #expect(try await faulty.record().state == .failed)
            let trace = try #require(try await client.attempts(of: faulty.id).first?.stackTrace)
            #expect(trace.hasPrefix("addresses only"))
            #expect(trace.contains("0x"))
            #expect(trace.split(separator: "\n").count > 1)
        }
    }

    @Test func `that were found in time are recorded by a worker that drains`() async throws {
        let barrier = Barrier()
        barrier.open()
        try await withClient { client async throws in
            let faulty = try await client.enqueue(Faulty.self, ["fails": true])
            try await worker(barrier).drain()
            let trace = try #require(try await client.attempts(of: faulty.id).first?.stackTrace)
            #expect(trace.contains("TraceBesideTests.swift"))
        }
    }

    @Test func `are waited for at rest by a worker that drains`() async throws {
        let metrics = TestMetrics()
        // The worker reports its slots in every round.
        let rounds = { @Sendable in
            (try? metrics.expectMeter("backops_worker_slots", [("state", "busy")]))?.values.count ?? 0
        }
        let seen = Mutex(0)
        let worker = try withMetricsFactory(metrics) {
            try BackOpsWorker.test {
                $0.stackTraces = .onFailure()
                $0.symbolThread = SymbolThread()
                $0.tracePatience = .seconds(3600)
                $0.resolveTrace = { trace in
                    // Nobody signals: a worker that is not at rest needs less than that for so many rounds.
                    let nobody = DispatchSemaphore(value: 0)
                    for _ in 0..<50 where rounds() < 1000 {
                        _ = nobody.wait(timeout: .now() + .milliseconds(10))
                    }
                    seen.withLock { $0 = rounds() }
                    return trace.text()
                }
            } operations: {
                Faulty(journal: journal)
            }
        }
        try await withClient { client async throws in
            try await client.enqueue(Faulty.self, ["fails": true])
            try await withMetricsFactory(metrics) { try await worker.drain() }
        }
        #expect((1..<1000).contains(seen.withLock { $0 }))
    }
}
