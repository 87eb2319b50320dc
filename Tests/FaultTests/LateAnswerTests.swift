import BackOps
import LibPQ
import TestSupport
import Testing

/// The database has done what it was asked, and its answer is still on the way.
@Suite(.timeLimit(.minutes(30))) struct `An answer that comes late` {
    @Test func `does not start an action whose operation was cancelled meanwhile`() async throws {
        try await withSite { site async throws in
            try await withProxy(to: site) { proxy in
                var settings = WorkerProcess.Settings()
                settings.leaseSeconds = 10
                settings.listenConninfo = site.conninfo
                let worker = try WorkerProcess(site.conninfo(through: proxy), settings)
                try await site.enqueue("Ledger")
                try await site.settled()
                proxy.change { $0.heldText = "Patient" }
                let id = try await site.enqueueOne("Patient")
                try await eventually("the answer to its claim is on the way") { proxy.state.holdsAnswer }
                try await site.query("select backops.cancel(\(id))")
                try await heartbeats(of: site, 2)
                proxy.change { $0.releasesAnswers = true }

                let others = try await site.enqueue("Ledger", count: 3)
                try await site.settled()
                try await site.expectEveryEffectOnce(of: others)
                #expect(worker.lines("began").isEmpty)
                #expect(worker.lines("action does not start: its claim was taken away").count == 1)
                #expect(try await site.outcomes(id) == ["cancelled"])
                #expect(worker.stop() == 0)
            }
        }
    }

    /// The worker hears of a cancel on the connection that its heartbeat uses.
    private func heartbeats(of site: Site, _ count: Int) async throws {
        for _ in 0..<count {
            let last = try await site.value(
                "select heartbeat_at::text from backops.workers",
                as: String.self
            )
            try await eventually("its heart beats") {
                try await site.value(
                    "select heartbeat_at::text <> \(last) from backops.workers",
                    as: Bool.self
                )
            }
        }
    }
}
