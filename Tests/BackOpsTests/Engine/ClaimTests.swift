import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A claim` {
        @Test func `takes priority 0 first and 9 last, and within a priority what was due first`()
            async throws
        {
            let engine = try await EngineDriver.start()
            try await engine.query(
                """
                insert into operations (name, priority, perform_at, globals)
                values ('Flow', 9, '2020-01-01Z', '{"n": 4}'), ('Flow', 5, '2020-01-02Z', '{"n": 3}'),
                       ('Flow', 5, '2020-01-01Z', '{"n": 2}'), ('Flow', 0, '2020-01-03Z', '{"n": 1}')
                """
            )
            var order: [String] = []
            while let job = try await engine.claim().first { order.append(job.globals) }
            #expect(order == [#"{"n": 1}"#, #"{"n": 2}"#, #"{"n": 3}"#, #"{"n": 4}"#])
        }

        @Test func `takes from the worker's queues only`() async throws {
            let engine = try await EngineDriver.start(queues: ["mail", "default"])
            try await engine.query(
                "insert into operations (name, queue) values ('Flow', 'mail'), ('Flow', 'default'), ('Flow', 'slow')"
            )
            #expect(try await engine.claim(10).count == 2)
            #expect(
                try await engine.values("select queue from jobs where worker_id is null", as: String.self)
                    == ["slow"]
            )
        }

        @Test func `goes lane by lane in the order given`() async throws {
            let engine = try await EngineDriver.start(queues: ["a", "b"])
            try await engine.query("insert into operations (name, queue) values ('Flow', 'a'), ('Flow', 'b')")
            let lanes = try await engine.values(
                "select queue from claim(\(engine.worker), 1, '{b,a}', '{5,5}', '{-infinity,-infinity}', '{0,0}')",
                as: String.self
            )
            #expect(lanes == ["b"])
        }

        @Test func `resumes behind the last key, and a sweep from the start finds what came late`()
            async throws
        {
            let engine = try await EngineDriver.start()
            try await engine.query(
                "insert into operations (id, name, perform_at) values (11, 'Flow', '2020-01-02Z'), (12, 'Flow', '2020-01-02Z'), (13, 'Flow', '2020-01-03Z')"
            )
            try await engine.query(
                "insert into operations (id, name, perform_at) values (14, 'Flow', '2020-01-01Z')"
            )
            let behind = try await engine.values(
                "select operation_id from claim(\(engine.worker), 10, '{default}', '{5}', '{2020-01-02Z}', '{11}')",
                as: Int64.self
            )
            #expect(behind == [12, 13])
            #expect(try await engine.claim(10).map(\.operation) == [14, 11])
        }

        @Test func `leaves what the worker does not know untouched, at no cost in attempts`() async throws {
            let old = try await EngineDriver.start(#"{"main": ["A", "B"]}"#)
            let id = try await old.enqueue()
            try await old.query(#"select register_definition('Flow', '{"main": ["A", "New"]}')"#)
            let newer = try await old.enqueue()
            #expect(try await old.drain() == ["main/A", "main/B", "main/A"])
            #expect(try await old.state(id) == "completed")
            #expect(try await old.status(newer) == "ready")
            let note = try await old.value(
                "select note from operation_status where id = \(newer)",
                as: String?.self
            )
            #expect(note == #"none of the 1 live workers of queue "default" knows "Flow/New""#)
            let new = try await EngineDriver.start(handlers: ["Flow/New"])
            #expect(try await new.claimOne().attempt == 1)
        }

        @Test func `finds an action in the queue of its own`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A", ["B", {"queue": "gpu"}], "C"]}"#)
            let other = try await EngineDriver.start(handlers: ["Flow/B"], queues: ["gpu"])
            try await engine.enqueue()
            #expect(try await engine.complete(engine.claimOne()).outcome == "queued")
            #expect(try await engine.claim().isEmpty)
            #expect(try await other.complete(other.claimOne()).outcome == "queued")
            #expect(try await engine.claimOne().action == "main/C")
        }

        @Test func `skips a job whose row is locked, without waiting`() async throws {
            let engine = try await EngineDriver.start()
            let ids = try await engine.enqueue(2)
            try await TestDatabase.current.withConnection { other in
                try await other.withTransaction { transaction in
                    try await transaction.query("select from jobs where operation_id = \(ids[0]) for update")
                    #expect(try await engine.claim(2).map(\.operation) == [ids[1]])
                }
            }
            #expect(try await engine.claim(2).map(\.operation) == [ids[0]])
        }

        @Test func `never gives two workers the same job`() async throws {
            let first = try await EngineDriver.start()
            try await first.enqueue(400)
            let engines = try await [first, .start(), .start(), .start()]
            let claimed = try await withThrowingTaskGroup(of: [Int64].self) { group in
                for engine in engines {
                    group.addTask {
                        var mine: [Int64] = []
                        while case let jobs = try await engine.claim(7), !jobs.isEmpty {
                            mine += jobs.map(\.operation)
                        }
                        return mine
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(claimed.count == 400)
            #expect(Set(claimed).count == 400)
        }

        @Test(arguments: [0, -1, 1001]) func `asks for 1 to 1000 jobs`(count: Int) async throws {
            let engine = try await EngineDriver.start()
            await expectRefusal("OP004") { try await engine.claim(count) }
        }

        @Test func `needs a registered worker whose lease lasts and who is not stopping`() async throws {
            let engine = try await EngineDriver.start(lease: "15 seconds")
            await expectRefusal("OP006") { try await engine.query("select * from claim(12345, 1)") }
            await expectRefusal("OP006") { try await engine.query("select * from claim_suspect(12345)") }
            try await engine.query("select heartbeat(\(engine.worker), p_stopping => true)")
            await expectRefusal("OP006") { try await engine.claim() }
            let late = try await EngineDriver.start(lease: "15 seconds")
            try await late.travel(by: "16 seconds")
            let error = await expectRefusal("OP006") { try await late.claim() }
            #expect(error?.hint == "Call register_worker again.")
        }

        @Test func `tells how long until the next scheduled job of its queues`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.travel(to: "2030-01-01Z")
            // Of a queue that it does not serve.
            try await engine.query(
                "insert into operations (name, queue, perform_at) values ('Flow', 'elsewhere', '2030-01-01 00:01Z')"
            )
            #expect(try await engine.value("select next_due(\(engine.worker))", as: Duration?.self) == nil)
            try await engine.query(
                "insert into operations (name, perform_at) values ('Flow', '2030-01-01 00:05Z'), ('Flow', '2030-01-01 01:00Z')"
            )
            #expect(
                try await engine.value("select next_due(\(engine.worker))", as: Duration?.self)
                    == .seconds(300)
            )
        }
    }
}
