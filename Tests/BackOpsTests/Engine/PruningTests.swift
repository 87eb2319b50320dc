import BackOpsTesting
import LibPQ
import TestSupport
import Testing

/// What a call of `prune` returned.
private struct Pruned: Equatable {
    let count: Int
    let reached: Int64?
    let hasMore: Bool
}

extension EngineDriver {
    /// Calls `prune` with arguments as they stand in SQL.
    fileprivate func prune(_ arguments: String) async throws -> Pruned {
        let rows = try await query(
            SQLStatement(unescaped: "select pruned::int8, reached, more from prune(\(arguments))")
        )
        let (count, reached, hasMore) = try rows[0].decode(as: Int.self, Int64?.self, Bool.self)
        return Pruned(count: count, reached: reached, hasMore: hasMore)
    }

    /// The operations that are there.
    fileprivate func operations() async throws -> [Int64] {
        try await values("select id from operations order by id")
    }

    /// Enqueues operations and brings them to their end.
    fileprivate func finish(_ count: Int) async throws -> [Int64] {
        let ids = try await enqueue(count)
        try await drainInBatches()
        return ids
    }
}

extension SQLEngine {
    @Suite struct `Pruning` {
        @Test func `deletes what ended long ago, with its actions and attempts`() async throws {
            let engine = try await EngineDriver.start()
            let ids = try await engine.enqueue(3)
            try await engine.fail(engine.claimOne(), after: "0 s")
            try await engine.fail(engine.claimOne(), permanent: true)
            try await engine.query("select cancel(\(ids[2]))")
            try await engine.drain()
            #expect(
                try await engine.values("select distinct state from operations", as: String.self).count == 3
            )
            try await engine.travel(by: "31 days")
            #expect(try await engine.prune("'30 days'") == Pruned(count: 3, reached: ids[2], hasMore: false))
            for table in ["operations", "actions", "attempts", "jobs"] {
                let left: Int = try await engine.value("select count(*) from \(identifier: table)")
                #expect(left == 0, "\(table)")
            }
        }

        @Test func `leaves alone what is active, however old, and what ended lately`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.query("insert into operations (name) values ('Parked')")
            try await engine.query(
                "insert into operations (name, perform_at) values ('Flow', now() + '1 year')"
            )
            let retried = try await engine.enqueue()
            try await engine.fail(engine.claimOne(), permanent: true)
            try await engine.query("select retry(\(retried))")
            let running = try await engine.claimOne()
            try await engine.travel(by: "31 days")
            let late = try await engine.finish(1)
            #expect(running.operation == retried)
            #expect(try await engine.prune("'30 days'").count == 0)
            #expect(try await engine.operations().count == 4)
            // Old, but it ended just now.
            try await engine.query("select cancel(\(retried))")
            #expect(try await engine.prune("'30 days'").count == 0)
            try await engine.travel(by: "31 days")
            #expect(try await engine.prune("'30 days'").count == 2)
            #expect(try await !engine.operations().contains(late[0]))
        }

        @Test(arguments: [
            ("completed => '1 day'", ["failed", "cancelled"]),
            ("failed => '1 day'", ["completed", "cancelled"]),
            ("cancelled => '1 day'", ["completed", "failed"]),
            ("'1 day', failed => '30 days'", ["failed"]),
            ("'30 days', completed => '1 day'", ["failed", "cancelled"]),
        ])
        func `gives each state an age of its own`(arguments: String, left: [String]) async throws {
            let engine = try await EngineDriver.start()
            let ids = try await engine.enqueue(3)
            try await engine.fail(engine.claimOne(), permanent: true)
            try await engine.query("select cancel(\(ids[1]))")
            try await engine.drain()
            try await engine.travel(by: "2 days")
            #expect(try await engine.prune(arguments).count == 3 - left.count)
            let states = try await engine.values("select state from operations", as: String.self)
            #expect(Set(states) == Set(left))
        }

        @Test func `takes at most so many, lowest first, and says where to go on`() async throws {
            let engine = try await EngineDriver.start()
            let ids = try await engine.finish(25)
            let first = try await engine.prune("'0', 10")
            #expect(first == Pruned(count: 10, reached: ids[9], hasMore: true))
            let second = try await engine.prune("'0', 10, \(ids[9])")
            #expect(second == Pruned(count: 10, reached: ids[19], hasMore: true))
            let third = try await engine.prune("'0', 10, \(ids[19])")
            #expect(third == Pruned(count: 5, reached: ids[24], hasMore: false))
        }

        @Test func `reads only so much that stays in one call, and gets behind it`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue(1000)
            try await engine.query("select cancel(array(select id from operations))")
            let completed = try await engine.finish(3)
            var calls = [try await engine.prune("completed => '0', at_most => 10")]
            while let last = calls.last, last.hasMore, calls.count < 100 {
                let after = try #require(last.reached)
                calls.append(try await engine.prune("completed => '0', at_most => 10, after => \(after)"))
            }
            #expect(calls.count == 6, "200 rows each")
            #expect(calls.map(\.count).reduce(0, +) == 3)
            #expect(try await !engine.operations().contains(completed[0]))
        }

        @Test func `goes on behind operations whose ids do not follow their times`() async throws {
            let engine = try await EngineDriver.start()
            let ids = try await engine.finish(3)
            try await engine.query(
                "update operations set created_at = created_at + interval '2 days' where id = \(ids[1])"
            )
            try await engine.travel(by: "1 day")
            #expect(try await engine.prune("'1 hour'") == Pruned(count: 3, reached: ids[2], hasMore: false))
        }

        @Test func `passes over what somebody else has locked`() async throws {
            let engine = try await EngineDriver.start()
            let ids = try await engine.finish(3)
            let other = try await EngineDriver.start()
            try await other.query("begin")
            try await other.query("select from operations where id = \(ids[1]) for key share")
            try await engine.query("set lock_timeout = '1ms'")
            #expect(try await engine.prune("'0'").count == 2)
            #expect(try await engine.operations() == [ids[1]])
            try await other.query("commit")
            #expect(try await engine.prune("'0'").count == 1)
        }

        @Test func `by two at once deletes everything once, and neither waits`() async throws {
            let engine = try await EngineDriver.start()
            let other = try await EngineDriver.start()
            _ = try await engine.finish(100)
            try await engine.query("begin")
            #expect(try await engine.prune("'0', 40").count == 40)
            try await other.query("set lock_timeout = '1ms'")
            #expect(try await other.prune("'0', 70").count == 30)
            try await engine.query("commit")
            #expect(try await other.prune("'0'").count == 30)
            #expect(try await engine.operations().isEmpty)
        }

        @Test func `by many at once deletes everything once`() async throws {
            let engines = try await [EngineDriver.start(), .start(), .start(), .start()]
            _ = try await engines[0].finish(500)
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for engine in engines {
                    group.addTask {
                        var count = 0
                        while try await !engine.operations().isEmpty {
                            count += try await engine.prune("'0', 20").count
                        }
                        return count
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(counts == 500)
        }

        @Test func `leaves what a retry that has not committed yet makes active again`() async throws {
            let engine = try await EngineDriver.start()
            let other = try await EngineDriver.start()
            let id = try await engine.enqueue()
            try await engine.fail(engine.claimOne(), permanent: true)
            try await other.query("begin")
            try await other.query("select retry(\(id))")
            #expect(try await engine.prune("'0'").count == 0)
            try await other.query("commit")
            #expect(try await engine.prune("'0'").count == 0)
            #expect(try await engine.drain() == ["main/A", "main/B", "main/C"])
            #expect(try await engine.prune("'0'").count == 1)
        }

        @Test func `leaves what a retry made active between the look and the lock`() async throws {
            let engine = try await EngineDriver.start()
            let other = try await EngineDriver.start()
            let ids = try await engine.enqueue(2)
            for _ in ids { try await engine.fail(engine.claimOne(), permanent: true) }
            // The pruner looks at operations first, and at jobs when it locks.
            try await other.query("begin")
            try await other.query("lock table jobs")
            let pruning = Task { try await engine.prune("'0'").count }
            try await other.untilSomebodyWaits()
            try await other.query("select retry(\(ids[0]))")
            try await other.query("commit")
            #expect(try await pruning.value == 1)
            #expect(try await engine.operations() == [ids[0]])
            #expect(try await engine.drain() == ["main/A", "main/B", "main/C"])
        }

        @Test func `makes a retry that comes too late learn that there is no such operation`() async throws {
            let engine = try await EngineDriver.start()
            let other = try await EngineDriver.start()
            let id = try await engine.enqueue()
            try await engine.fail(engine.claimOne(), permanent: true)
            try await engine.query("begin")
            #expect(try await engine.prune("'0'").count == 1)
            let retry = Task {
                await expectRefusal("OP002") { try await other.query("select retry(\(id))") }
            }
            try await engine.untilSomebodyWaits()
            try await engine.query("commit")
            _ = await retry.value
            #expect(try await engine.value("select count(*) from jobs", as: Int.self) == 0)
        }

        @Test func `frees the key`() async throws {
            let engine = try await EngineDriver.start()
            let id: Int64 = try await engine.value("select enqueue('Flow', key => 'once')")
            try await engine.drain()
            #expect(try await engine.value("select enqueue('Flow', key => 'once')", as: Int64.self) == id)
            #expect(try await engine.prune("'0'").count == 1)
            #expect(try await engine.value("select enqueue('Flow', key => 'once')", as: Int64.self) > id)
            #expect(try await engine.drain() == ["main/A", "main/B", "main/C"])
        }

        @Test func `spares a row with a job, whatever its state says`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            try await engine.query(
                "update operations set state = 'cancelled', ended_at = clock_now() where id = \(id)"
            )
            #expect(try await engine.prune("'0'").count == 0)
            try await engine.query("update operations set state = 'active', ended_at = null where id = \(id)")
        }

        @Test func `beside workers and steering never deadlocks, and leaves everything consistent`()
            async throws
        {
            let engines = try await [EngineDriver.start(), .start()]
            let pruners = try await [EngineDriver.start(), .start()]
            let steering = try await EngineDriver.start()
            let end = Gate()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for engine in engines {
                    group.addTask {
                        for _ in 0..<20 {
                            try await engine.enqueue(10)
                            for job in try await engine.claim(3) {
                                try await engine.fail(job, permanent: true)
                            }
                            try await engine.drainInBatches(of: 7)
                        }
                    }
                }
                for pruner in pruners {
                    group.addTask {
                        while !end.isOpen { _ = try await pruner.prune("'0', 5") }
                    }
                }
                group.addTask {
                    defer { end.open() }
                    for id in 1...400 {
                        for call in ["cancel", "retry", "skip"] {
                            do {
                                try await steering.query(SQLStatement(unescaped: "select \(call)(\(id))"))
                            } catch let error as PQError
                                where ["OP002", "OP003", "40001"].contains(error.sqlState?.rawValue)
                            {
                                continue
                            }
                        }
                        try await steering.query("select retry(array(select id from operations))")
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
