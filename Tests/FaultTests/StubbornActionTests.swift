import BackOps
import LibPQ
import Testing

/// Swift ends no task from outside: an action that does not look at its cancellation goes on.
@Suite(.timeLimit(.minutes(30))) struct `An action that ignores its cancellation` {
    private static let report =
        "action ignores its cancellation and goes on: its slot is free, what it returns is refused"

    /// Runs a worker with one slot, in which an action of the operation is.
    private func withStubborn(
        _ operation: String,
        _ body: (Site, WorkerProcess, Int64) async throws -> Void
    ) async throws {
        try await withSite { site in
            var settings = WorkerProcess.Settings()
            settings.slots = 1
            settings.graceSeconds = 0
            let worker = try WorkerProcess(site.conninfo, settings)
            try await worker.logs("worker started")
            let id = try await site.enqueueOne(operation)
            try await worker.logs("began")
            try await body(site, worker, id)
        }
    }

    /// One line names the action, and counts those that go on.
    private func expectReport(_ worker: WorkerProcess, _ id: Int64, action: String) async throws {
        try await worker.logs(Self.report)
        let lines = worker.lines(Self.report)
        #expect(lines.count == 1)
        #expect(lines.first?.level == "warning")
        #expect(lines.first?.metadata["action"] == action)
        #expect(lines.first?.metadata["operation_id"] == "\(id)")
        #expect(lines.first?.metadata["still_running"] == "1")
    }

    /// Once it ends after all, nothing comes of it.
    private func expectNothingLate(_ worker: WorkerProcess, _ site: Site) async throws {
        worker.open("stubborn")
        try await worker.logs("action that ignored its cancellation has ended")
        let line = worker.lines("action that ignored its cancellation has ended").first
        #expect(line?.metadata["still_running"] == "0")
        #expect(try await site.query("select from backops.operations where globals ? 'late'").isEmpty)
    }

    @Test func `after its time limit has timed out, and the slot goes to the next attempt`() async throws {
        try await withStubborn("Stubborn") { site, worker, id in
            try await site.settled()
            #expect(try await site.state(id) == "completed")
            #expect(try await site.outcomes(id) == ["timed_out"])
            try await expectReport(worker, id, action: "main/Limited")
            try await expectNothingLate(worker, site)
            #expect(worker.stop() == 0)
        }
    }

    @Test func `after its operation was cancelled leaves the slot to others`() async throws {
        try await withStubborn("Endless") { site, worker, id in
            try await site.client.cancel(id)
            let other = try await site.enqueue("Ledger")
            try await site.settled()
            try await site.expectEveryEffectOnce(of: other)
            #expect(try await site.state(id) == "cancelled")
            try await expectReport(worker, id, action: "main/Unlimited")
            try await expectNothingLate(worker, site)
            #expect(worker.stop() == 0)
        }
    }

    @Test func `after the grace period does not keep its process from leaving`() async throws {
        try await withStubborn("Endless") { site, worker, id in
            #expect(worker.stop() == 0)
            try await expectReport(worker, id, action: "main/Unlimited")
            #expect(try await site.outcomes(id) == ["released"])
            #expect(try await site.query("select from backops.workers").isEmpty)
        }
    }
}
