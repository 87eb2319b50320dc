import BackOps
import LibPQ
import TestSupport
import Testing

/// Actions that take their process with them.
@Suite(.timeLimit(.minutes(30))) struct `An action that kills its process` {
    /// Two workers under a supervisor, with neighbours beside the poison.
    @Test(arguments: ["trap", "exit", "memory", "overflow"])
    func `is convicted after three crashes, alone, and its neighbours finish`(how: String) async throws {
        try await withSite { site in
            let conninfo = site.conninfo
            var settings = WorkerProcess.Settings()
            settings.leaseSeconds = 1
            settings.pauseMilliseconds = 20
            let supervisor = try Supervisor(count: 2) { try WorkerProcess(conninfo, settings) }
            let before = try await site.enqueue("Ledger", count: 10)
            let poison = try await site.enqueueOne("Poison", ["how": .string(how)])
            let after = try await site.enqueue("Ledger", count: 10)
            try await eventually("all operations have ended", within: .seconds(600)) {
                try supervisor.look()
                return try await site.count("active") == 0
            }
            #expect(try await site.state(poison) == "failed")
            #expect(try await site.outcomes(poison) == ["crashed", "crashed", "crashed"])
            let error = try await site.value(
                "select error_type from backops.operation_status where id = \(poison)",
                as: String?.self
            )
            #expect(error == "crashed")
            // The last one may be busy with its own stack for a while, after its jobs were taken back.
            try await eventually("the third process has ended", within: .seconds(300)) {
                try supervisor.look()
                return supervisor.deaths >= 3
            }
            #expect(supervisor.deaths == 3)
            #expect(supervisor.workers.reduce(0) { $0 + $1.lines("poison taken").count } == 0)
            try await expectInnocent(before + after, site)
            for worker in supervisor.workers {
                // One that is still starting would die of the signal.
                try await worker.logs("worker started")
                #expect(worker.stop() == 0)
            }
        }
    }

    /// Neighbours are completed, and lost no attempt but the one that they were in when their process first died.
    private func expectInnocent(_ ids: [Int64], _ site: Site) async throws {
        try await site.expectEveryEffectOnce(of: ids)
        #expect(try await site.count("completed") == ids.count)
        let harmed = try await site.value(
            """
            select count(*) from (
              select from backops.attempts where operation_id = any (\(ids))
               group by operation_id having count(*) > 1 or bool_or(outcome <> 'crashed')
            ) as h
            """,
            as: Int.self
        )
        #expect(harmed == 0)
    }
}
