import BackOps
import LibPQ
import Testing

/// A network that swallows everything, and says so to nobody.
@Suite(.timeLimit(.minutes(30))) struct `A worker that is cut off from the database` {
    /// Its action reports progress all the while, so that a statement is under way whenever the silence begins.
    @Test(arguments: [Set(FaultProxy.Direction.allCases), [.toServer], [.toClient]])
    func `stops its actions before its lease ends, and comes back as a new worker`(
        silence: Set<FaultProxy.Direction>
    ) async throws {
        try await withSite { site async throws in
            try await withProxy(to: site) { proxy in
                var settings = WorkerProcess.Settings()
                settings.leaseSeconds = 3
                let lonely = try WorkerProcess(site.conninfo(through: proxy), settings)
                try await lonely.logs("worker started")
                let ids = try await site.enqueue("Patient", count: 3)
                try await lonely.logs("began", times: 3)
                let registered = try await site.value("select id from backops.workers", as: Int64.self)
                let heir = try WorkerProcess(site.conninfo, settings)
                try await heir.logs("worker started")
                heir.open("patient")
                proxy.fallSilent(silence)
                try await site.settled()
                try await lonely.logs("told to stop", times: 3)
                try await expectStoppedInTime(lonely, ids, site)
                proxy.heal()
                try await lonely.logs("worker started", times: 2)
                let others = try await site.enqueue("Ledger", count: 4)
                try await site.settled()
                try await site.expectEveryEffectOnce(of: others)
                for id in ids {
                    #expect(try await site.state(id) == "completed")
                    #expect(try await site.outcomes(id) == ["crashed"])
                }
                let old = "select count(*) from backops.workers where id = \(registered)"
                #expect(try await site.value("\(unescaped: old)", as: Int.self) == 0)
                #expect(lonely.stop() == 0)
                #expect(heir.stop() == 0)
            }
        }
    }

    /// Compares the worker's own word with the database's record of when each job was taken away, on one machine's clock.
    private func expectStoppedInTime(_ worker: WorkerProcess, _ ids: [Int64], _ site: Site) async throws {
        for id in ids {
            let line = worker.lines("told to stop").first { $0.metadata["operation_id"] == "\(id)" }
            let takenAway = try await site.value(
                """
                select (extract(epoch from ended_at) * 1000000)::int8
                  from backops.attempts where operation_id = \(id) and outcome = 'crashed'
                """,
                as: Int64.self
            )
            let stopped = try #require(line).microseconds
            #expect(stopped < takenAway, "operation \(id) ran \(stopped - takenAway) µs too long")
        }
    }

    @Test func `keeps its lease over a line that is slow, but not too slow`() async throws {
        try await withSite { site async throws in
            try await withProxy(to: site) { proxy in
                var settings = WorkerProcess.Settings()
                settings.leaseSeconds = 6
                let worker = try WorkerProcess(site.conninfo(through: proxy), settings)
                try await worker.logs("worker started")
                proxy.change { $0.delay = .milliseconds(100) }
                let other = try WorkerProcess(site.conninfo, settings)
                try await other.logs("worker started")
                let ids = try await site.enqueue("Ledger", count: 40)
                try await site.settled()
                try await site.expectEveryEffectOnce(of: ids)
                #expect(try await site.value("select count(*) from backops.attempts", as: Int.self) == 0)
                #expect(worker.lines("worker started").count == 1)
                #expect(worker.stop() == 0)
                #expect(other.stop() == 0)
            }
        }
    }
}
