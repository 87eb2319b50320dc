import BackOps
import LibPQ
import TestSupport
import Testing

/// The connection dies between a COMMIT and its answer.
@Suite(.timeLimit(.minutes(30))) struct `A commit whose answer is lost` {
    /// Only what actions do goes through the proxy, and results; the heartbeat has a line of its own.
    private func withWorker(
        commitTimeoutMilliseconds: Int,
        _ body: (Site, FaultProxy, WorkerProcess) async throws -> Void
    ) async throws {
        try await withSite { site async throws in
            try await withProxy(to: site) { proxy in
                var settings = WorkerProcess.Settings()
                settings.leaseSeconds = 30
                settings.commitTimeoutMilliseconds = commitTimeoutMilliseconds
                settings.listenConninfo = site.conninfo
                let worker = try WorkerProcess(site.conninfo(through: proxy), settings)
                try await worker.logs("worker started")
                try await body(site, proxy, worker)
                #expect(worker.stop() == 0)
            }
        }
    }

    @Test(arguments: [FaultProxy.CommitFault.dropRequest, .dropAnswer, .swallowAnswer])
    func `is found out, whichever way it went, so that every effect is there once`(
        fault: FaultProxy.CommitFault
    ) async throws {
        try await withWorker(commitTimeoutMilliseconds: 300) { site, proxy, worker in
            proxy.change {
                $0.commitFault = fault
                $0.commitFaultCount = 12
            }
            let ids = try await site.enqueue("Ledger", count: 12)
            try await eventually("all operations have ended") { try await site.count("active") == 0 }
            #expect(proxy.state.faults == 12)
            #expect(try await site.count("completed") == ids.count)
            try await site.expectEveryEffectOnce(of: ids)
            let attempts = try await site.value("select count(*) from backops.attempts", as: Int.self)
            // A commit that did not happen failed its attempt; one that did has nothing to complain of.
            if fault == .dropRequest { #expect(attempts >= 12) } else { #expect(attempts == 0) }
        }
    }

    /// The late answer hands over an action that has run already.
    ///
    /// Meanwhile the worker has lost another answer, asked the database what it holds, and so learned of that action.
    @Test func `does not run the next action twice when it comes late`() async throws {
        try await withWorker(commitTimeoutMilliseconds: 60_000) { site, proxy, worker in
            proxy.change { $0.commitFault = .holdAnswer }
            let id = try await site.enqueueOne("Mixed")
            try await eventually("the commit's answer is held back") { proxy.state.holdsAnswer }
            proxy.arm(FaultProxy.Cut(direction: .toClient, afterBytes: 0, ending: .reset))
            let other = try await site.enqueueOne("Plain")
            try await eventually("the other one is completed") { try await site.state(other) == "completed" }
            try await eventually("what came next is completed") { try await site.state(id) == "completed" }
            proxy.change { $0.releasesAnswers = true }
            // It is through with the late answer when its slot is free: with all four slots it can run four at once.
            let four = try await site.enqueue("Late", ["ending": "completion"], count: 4)
            try await worker.logs("began", times: 4)
            worker.open("attempt-1")
            try await site.settled()
            #expect(try await site.count("completed") == 2 + four.count)
            let starts = try await site.query(
                "select action, count(*) from starts where operation_id = \(id) group by action order by action"
            )
            #expect(try starts.map { try $0.decode(0, as: String.self) } == ["Three", "Two"])
            #expect(try starts.map { try $0.decode(1, as: Int.self) } == [1, 1])
            #expect(
                worker.lines("result of an action is refused: the job is not this worker's any more").isEmpty
            )
        }
    }

    /// The worker is frozen when the action has completed itself but not committed: the job's row is locked.
    @Test func `of a worker that is frozen in it does not hold up its heir`() async throws {
        try await withSite { site async throws in
            try await withProxy(to: site) { proxy in
                var settings = WorkerProcess.Settings()
                settings.listenConninfo = site.conninfo
                let zombie = try WorkerProcess(site.conninfo(through: proxy), settings)
                try await zombie.logs("worker started")
                proxy.change { $0.commitFault = .keepRequest }
                let id = try await site.enqueueOne("Ledger")
                try await eventually("the commit is under way") { proxy.state.faults == 1 }
                zombie.freeze()
                let heir = try WorkerProcess(site.conninfo)
                try await site.settled()
                zombie.thaw()
                try await zombie.logs("worker started", times: 2)
                #expect(try await site.state(id) == "completed")
                #expect(try await site.outcomes(id) == ["crashed"])
                try await site.expectEveryEffectOnce(of: [id])
                #expect(zombie.stop() == 0)
                #expect(heir.stop() == 0)
            }
        }
    }
}
