import BackOpsTesting
import LibPQ
import TestSupport
import Testing

extension SQLEngine {
    @Suite struct `A worker that died` {
        /// A worker that claims a job and lets its lease end, by the clock of the living one.
        private func crash(_ engine: EngineDriver) async throws -> EngineDriver.Job? {
            let victim = try await EngineDriver.start(lease: "15 seconds")
            try await victim.travel(to: engine.value("select clock_now()::text"))
            try await victim.query(
                "update workers set heartbeat_at = clock_now() where id = \(victim.worker)"
            )
            var job = try await victim.claim().first
            if job == nil { job = try await victim.claimSuspect() }
            try await engine.travel(by: "16 seconds")
            try await engine.query("select * from rescue()")
            return job
        }

        private func engine(_ plan: String = #"{"main": ["A", "B"]}"#) async throws -> EngineDriver {
            let engine = try await EngineDriver.start(plan)
            try await engine.travel(to: "2030-01-01Z")
            return engine
        }

        @Test func `loses its jobs; the attempt counts and is recorded as crashed`() async throws {
            let engine = try await engine()
            let id = try await engine.enqueue()
            #expect(try await crash(engine)?.operation == id)
            #expect(try await engine.history(id) == ["A 1.1 crashed"])
            #expect(try await engine.value("select crashes from jobs", as: Int16.self) == 1)
            #expect(try await engine.value("select count(*) from workers", as: Int.self) == 1)
            #expect(try await engine.status(id) == "retrying")
            let note: String? = try await engine.value("select note from operation_status")
            #expect(
                note == "its worker died 1 time(s); it runs alone next, once a worker has nothing else to do"
            )
        }

        @Test func `leaves suspects, which only claim_suspect takes, one at a time`() async throws {
            let engine = try await engine()
            let id = try await engine.enqueue()
            _ = try await crash(engine)
            #expect(try await engine.claim().isEmpty)
            let heartbeat = "select suspects from heartbeat(\(engine.worker))" as SQLStatement
            #expect(try await engine.value(heartbeat, as: Bool.self))
            let suspect = try await engine.claimSuspect()
            #expect(suspect?.operation == id && suspect?.attempt == 2)
            #expect(try await engine.claimSuspect() == nil)
            #expect(try await !engine.value(heartbeat, as: Bool.self))
        }

        @Test func `three times in a row ends the operation as crashed`() async throws {
            let engine = try await engine()
            let id = try await engine.enqueue()
            for _ in 1...3 { #expect(try await crash(engine) != nil) }
            #expect(try await engine.state(id) == "failed")
            #expect(try await engine.history(id) == ["A 1.1 crashed", "A 1.2 crashed", "A 1.3 crashed"])
            #expect(
                try await engine.value("select error_type from operation_status", as: String.self)
                    == "crashed"
            )
        }

        @Test func `on the last attempt ends the operation`() async throws {
            let engine = try await engine(#"{"main": [["A", {"max_attempts": 1}]]}"#)
            let id = try await engine.enqueue()
            _ = try await crash(engine)
            #expect(try await engine.state(id) == "failed")
        }

        @Test(arguments: ["complete", "fail", "snooze"])
        func `is forgotten when the action then ends without killing anybody`(ending: String) async throws {
            let engine = try await engine()
            try await engine.enqueue()
            _ = try await crash(engine)
            let suspect = try #require(try await engine.claimSuspect())
            switch ending {
            case "complete": try await engine.complete(suspect, continues: false)
            case "fail": try await engine.fail(suspect, after: "0")
            default: try await engine.snooze(suspect, "0")
            }
            #expect(try await engine.value("select crashes from jobs", as: Int16.self) == 0)
            #expect(try await engine.claim().count == 1)
        }

        @Test func `is not forgotten when the suspect is handed back before it has ended`() async throws {
            let engine = try await engine()
            try await engine.enqueue()
            _ = try await crash(engine)
            try await engine.release(#require(try await engine.claimSuspect()))
            #expect(try await engine.value("select crashes from jobs", as: Int16.self) == 1)
            #expect(try await engine.claim().isEmpty)
        }

        @Test func `is told by its heartbeat, and cannot renew a lease that has ended`() async throws {
            let engine = try await EngineDriver.start(lease: "15 seconds")
            let heartbeat = "select alive from heartbeat(\(engine.worker))" as SQLStatement
            try await engine.travel(by: "0")
            try await engine.travel(by: "10 seconds")
            #expect(try await engine.value(heartbeat, as: Bool.self))
            try await engine.travel(by: "10 seconds")
            #expect(try await engine.value(heartbeat, as: Bool.self))
            try await engine.travel(by: "15 seconds")
            #expect(try await !engine.value(heartbeat, as: Bool.self))
        }

        @Test func `with many jobs is rescued in portions, and forgotten after the last`() async throws {
            let engine = try await EngineDriver.start(lease: "15 seconds")
            try await engine.enqueue(25)
            _ = try await engine.claim(25)
            try await engine.travel(by: "16 seconds")
            var portions: [[Int]] = []
            for _ in 1...4 { portions.append(try await engine.values("select rescued from rescue(10)")) }
            #expect(portions == [[10], [10], [5], []])
            #expect(try await engine.value("select count(*) from workers", as: Int.self) == 0)
        }

        @Test func `is rescued once, by whoever comes first`() async throws {
            let engine = try await EngineDriver.start(lease: "15 seconds")
            try await engine.enqueue(50)
            _ = try await engine.claim(50)
            try await engine.query("update workers set heartbeat_at = heartbeat_at - interval '1 minute'")
            let rescuers = try await [EngineDriver.start(), .start(), .start()]
            let rescued = try await withThrowingTaskGroup(of: Int.self) { group in
                for rescuer in rescuers {
                    group.addTask {
                        try await rescuer.values("select rescued from rescue()", as: Int.self).reduce(0, +)
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(rescued == 50)
            #expect(try await engine.value("select count(*) from attempts", as: Int.self) == 50)
        }

        @Test(arguments: ["claim", "claim_suspect"])
        func `is not forgotten while a claim that it sent has not committed yet`(
            function: String
        ) async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            if function == "claim_suspect" { _ = try await crash(engine) }
            let victim = try await EngineDriver.start(lease: "15 seconds")
            try await victim.connection.script("begin")
            try await victim.query("select * from \(unescaped: function)(\(victim.worker))")
            try await engine.query(
                "update workers set heartbeat_at = '2020-01-01' where id = \(victim.worker)"
            )
            #expect(try await engine.values("select rescued from rescue()", as: Int.self) == [0])
            try await victim.connection.script("commit")
            #expect(try await engine.values("select rescued from rescue()", as: Int.self) == [1])
            #expect(try await engine.claimSuspect()?.operation == id)
        }

        @Test func `that says goodbye waits for a claim that it sent, and hands the job back`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue()
            let leaving = try await EngineDriver.start()
            try await leaving.connection.script("begin")
            _ = try await leaving.claimOne()
            async let handedBack = engine.value("select unregister_worker(\(leaving.worker))", as: Int.self)
            try await waitUntilBlocked(engine)
            try await leaving.connection.script("commit")
            #expect(try await handedBack == 1)
            #expect(try await engine.claim().count == 1)
        }

        /// Returns when the driver's session waits for a lock.
        private func waitUntilBlocked(_ engine: EngineDriver) async throws {
            let session = engine.connection.backendPID
            let query: SQLStatement = "select cardinality(pg_blocking_pids(\(session))) > 0"
            let deadline = ContinuousClock.now + .seconds(600)
            while try await !TestDatabase.current.value(query, as: Bool.self) {
                try #require(ContinuousClock.now < deadline, "it does not wait")
            }
        }

        @Test func `that lives is left alone`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue()
            let job = try await engine.claimOne()
            #expect(try await engine.values("select rescued from rescue()", as: Int.self).isEmpty)
            #expect(try await engine.held() == [job])
        }
    }
}

extension SQLEngine {
    @Suite struct `A worker whose session has ended` {
        private let engine: EngineDriver
        private let victim: EngineDriver
        private let operation: Int64

        init() async throws {
            engine = try await EngineDriver.start()
            victim = try await EngineDriver.start()
            try await engine.travel(to: "2030-01-01Z")
            operation = try await engine.enqueue()
            try await victim.travel(to: "2030-01-01Z")
            _ = try await victim.claimOne()
            #expect(try await victim.attachSession())
        }

        private func leave() async throws {
            let backend = try await victim.connection.run { $0.backendPID }
            await victim.connection.close()
            try await eventually("the server has noticed") {
                try await TestDatabase.current.value(
                    "select not exists (select from pg_stat_get_activity(\(backend)))",
                    as: Bool.self
                )
            }
        }

        private func rescued() async throws -> [Int] {
            try await engine.values("select rescued from rescue()")
        }

        @Test func `loses its jobs within a second, long before its lease ends`() async throws {
            #expect(try await rescued() == [])
            try await leave()
            #expect(try await rescued() == [])
            try await engine.travel(by: "0.7 seconds")
            #expect(try await rescued() == [])
            try await engine.travel(by: "0.05 seconds")
            #expect(try await rescued() == [1])
            #expect(try await engine.history(operation) == ["A 1.1 crashed"])
        }

        @Test func `keeps its jobs when it connects anew in time`() async throws {
            try await leave()
            #expect(try await rescued() == [])
            let successor = EngineDriver(
                connection: try await PQConnection.connect(TestDatabase.current.options),
                worker: victim.worker
            )
            #expect(try await successor.attachSession())
            try await engine.travel(by: "1 minute")
            #expect(try await rescued() == [])
        }

        @Test func `keeps its jobs as long as its lease is renewed by another connection`() async throws {
            try await leave()
            for _ in 1...3 {
                #expect(try await rescued() == [])
                try await engine.travel(by: "1 second")
                #expect(
                    try await engine.value("select alive from heartbeat(\(victim.worker))", as: Bool.self)
                )
            }
        }

        @Test func `keeps its jobs until the lease ends, for those who look at that alone`() async throws {
            try await leave()
            for _ in 1...2 {
                #expect(try await engine.values("select rescued from rescue(100, null)", as: Int.self) == [])
                try await engine.travel(by: "1 minute")
            }
        }

        @Test func `keeps its jobs until the lease ends when the server has restarted meanwhile`()
            async throws
        {
            try await leave()
            try await engine.query(
                "update workers set server_started_at = server_started_at - interval '1 hour'"
            )
            for _ in 1...2 {
                #expect(try await rescued() == [])
                try await engine.travel(by: "1 minute")
            }
        }

        @Test func `is not fooled by a new session with the old process id`() async throws {
            try await engine.query(
                "update workers set backend_started_at = backend_started_at - interval '1 hour' where id = \(victim.worker)"
            )
            #expect(try await rescued() == [])
            try await engine.travel(by: "1 second")
            #expect(try await rescued() == [1])
        }

        @Test func `has no sign of life behind a pooler, which invents process ids`() async throws {
            let pooled = try await EngineDriver.start()
            let attached = try await pooled.value("select attach_session(\(pooled.worker), 1)", as: Bool.self)
            #expect(!attached)
            #expect(
                try await engine.value(
                    "select backend_pid is null from workers where id = \(pooled.worker)",
                    as: Bool.self
                )
            )
        }
    }
}
