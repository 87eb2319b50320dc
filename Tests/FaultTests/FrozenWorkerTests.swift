import BackOps
import LibPQ
import TestSupport
import Testing

/// A process that stands still with all its threads, and goes on as if nothing had happened.
@Suite(.timeLimit(.minutes(30))) struct `A worker that is frozen past its lease` {
    /// The first worker is frozen in the action, a second one takes over, and the first wakes up while the second is still at
    /// it: the case in which only the claim tells them apart.
    @Test(arguments: ["completion", "failure", "progress", "checkpoint", "transaction"])
    func `can change nothing when it wakes up, and goes on as a new worker`(ending: String) async throws {
        try await withSite { site in
            let conninfo = site.conninfo
            let zombie = try WorkerProcess(conninfo)
            try await zombie.logs("worker started")
            let id = try await site.enqueueOne("Late", ["ending": .string(ending)])
            let other = try await site.enqueueOne("Patient")
            try await zombie.logs("began", times: 2)
            let first = try await site.value("select id from backops.workers", as: Int64.self)
            zombie.freeze()
            let heir = try WorkerProcess(conninfo)
            try await heir.logs("began")
            zombie.open("attempt-1")
            zombie.thaw()
            try await zombie.logs("told to stop")
            zombie.open("patient")
            try await zombie.logs("worker started", times: 2)
            if ["checkpoint", "transaction"].contains(ending) {
                try await zombie.logs("late write refused")
                #expect(zombie.lines("late write refused").first?.metadata["code"] == "staleClaim")
            }
            // It is a worker like any other again, while the operation still is with its heir.
            let others = try await site.enqueue("Ledger", count: 4)
            try await eventually("the new ones are completed") {
                try await site.count("completed") == others.count + 1
            }
            #expect(try await site.state(id) == "active")
            try await expectUntouched(id, site)
            heir.open("attempt-2")
            try await site.settled()
            #expect(try await site.state(other) == "completed")
            #expect(try await site.state(id) == "completed")
            let by = "select (globals ->> 'by')::int from backops.operations where id = \(id)"
            #expect(try await site.value("\(unescaped: by)", as: Int.self) == 2)
            #expect(try await site.outcomes(id) == ["crashed"])
            #expect(try await site.query("select from effects where action = 'late'").isEmpty)
            #expect(try await site.query("select from backops.workers where id = \(first)").isEmpty)
            try await site.expectEveryEffectOnce(of: others)
            #expect(zombie.stop() == 0)
            #expect(heir.stop() == 0)
        }
    }

    /// What belongs to the heir's attempt is as the heir left it.
    private func expectUntouched(_ id: Int64, _ site: Site) async throws {
        let row = try #require(
            try await site.query(
                """
                select j.attempt, j.progress::float8, o.globals ? 'by'
                  from backops.jobs j join backops.operations o on o.id = j.operation_id
                 where o.id = \(id)
                """
            ).first
        )
        #expect(try row.decode(0, as: Int32.self) == 2)
        #expect(try row.decode(1, as: Double?.self) == nil)
        #expect(try row.decode(2, as: Bool.self) == false)
    }
}

@Suite(.timeLimit(.minutes(30))) struct `A worker that is only slow` {
    @Test func `keeps what it holds when it stands still for half its lease`() async throws {
        try await withSite { site in
            var settings = WorkerProcess.Settings()
            settings.leaseSeconds = 6
            let conninfo = site.conninfo
            let slow = try WorkerProcess(conninfo, settings)
            try await slow.logs("worker started")
            let id = try await site.enqueueOne("Late", ["ending": "completion"])
            try await slow.logs("began")
            // The other one looks for dead workers five times a second.
            let other = try WorkerProcess(conninfo)
            try await other.logs("worker started")
            slow.freeze()
            let half =
                "select count(*) from backops.workers where heartbeat_at + lease / 2 < clock_timestamp()"
            try await eventually("half of the lease is over") {
                try await site.value("\(unescaped: half)", as: Int.self) == 1
            }
            slow.thaw()
            slow.open("attempt-1")
            try await site.settled()
            #expect(try await site.state(id) == "completed")
            #expect(try await site.outcomes(id) == [])
            #expect(slow.lines("worker started").count == 1)
            #expect(slow.stop() == 0)
            #expect(other.stop() == 0)
        }
    }

    @Test func `keeps what it holds while its actions block every thread for longer than the lease`()
        async throws
    {
        try await withSite { site in
            let conninfo = site.conninfo
            var settings = WorkerProcess.Settings()
            settings.leaseSeconds = 1
            // More actions than there are threads.
            settings.slots = 8
            let blocked = try WorkerProcess(conninfo, settings)
            try await blocked.logs("worker started")
            let ids = try await site.enqueue("Blocking", ["seconds": 3], count: 8)
            try await blocked.logs("began")
            let other = try WorkerProcess(conninfo, settings)
            try await site.settled()
            for id in ids {
                #expect(try await site.state(id) == "completed")
                #expect(try await site.outcomes(id) == [])
            }
            #expect(blocked.lines("worker started").count == 1)
            #expect(blocked.stop() == 0)
            #expect(other.stop() == 0)
        }
    }
}
