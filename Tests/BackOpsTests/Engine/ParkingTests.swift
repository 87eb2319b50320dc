import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `An operation that nobody knows` {
        @Test func `is accepted and parked, and the views say so`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue("Later")
            #expect(try await engine.status(id) == "parked")
            #expect(
                try await engine.value("select note from operation_status", as: String?.self)
                    == #"no worker has registered "Later""#
            )
            #expect(try await engine.claim().isEmpty)
            #expect(try await engine.actions(id).isEmpty)
        }

        @Test func `starts when its name is registered, however many there are`() async throws {
            let engine = try await EngineDriver.start(handlers: ["Later/A", "Later/B"])
            try await engine.query(
                "insert into operations (name) select 'Later' from generate_series(1, 300)"
            )
            try await engine.query(#"select register_definition('Later', '{"main": ["A", "B"]}')"#)
            #expect(try await engine.claim(1000).count == 300)
            #expect(
                try await engine.value(
                    "select count(*) from operations where parked_at is not null",
                    as: Int.self
                ) == 0
            )
        }

        @Test func `keeps its time, its queue, its priority and its key`() async throws {
            let engine = try await EngineDriver.start(handlers: ["Later/A"], queues: ["slow"])
            try await engine.travel(to: "2029-12-31Z")
            try await engine.query(
                "select enqueue('Later', key => 'k', queue => 'slow', priority => 2, perform_at => '2030-01-01Z')"
            )
            try await engine.query(#"select register_definition('Later', '{"main": ["A"]}')"#)
            #expect(try await engine.claim().isEmpty)
            try await engine.travel(to: "2030-01-01Z")
            _ = try await engine.claimOne()
            #expect(try await engine.value("select priority from jobs", as: Int16.self) == 2)
        }

        @Test func `reads the time of its first action from its globals`() async throws {
            let engine = try await EngineDriver.start(handlers: ["Later/A"])
            try await engine.travel(to: "2029-12-31Z")
            let waits = try await engine.enqueue("Later", #"{"at": "2030-01-01T00:00:00Z"}"#)
            let fails = try await engine.enqueue("Later", #"{"at": "soon"}"#)
            try await engine.query(
                #"select register_definition('Later', '{"main": [["A", {"perform_at_global": "at"}]]}')"#
            )
            #expect(try await engine.wait(waits) == 86_400)
            #expect(try await engine.state(fails) == "failed")
        }

        @Test func `can be cancelled and retried while it waits`() async throws {
            let engine = try await EngineDriver.start(handlers: ["Later/A"])
            let id = try await engine.enqueue("Later")
            try await engine.query("select cancel(\(id))")
            #expect(try await engine.state(id) == "cancelled")
            try await engine.query("select retry(\(id))")
            #expect(try await engine.status(id) == "parked")
            try await engine.query(#"select register_definition('Later', '{"main": ["A"]}')"#)
            #expect(try await engine.drain() == ["main/A"])
        }

        @Test(arguments: ["skip(1)", "jump(1, 'main')", "run_from(1, 'main')"])
        func `has no actions to steer yet`(call: String) async throws {
            let engine = try await EngineDriver.start(handlers: ["Later/A"])
            try await engine.query("insert into operations (id, name) values (1, 'Later')")
            let error = await expectRefusal("OP003") {
                try await engine.query(SQLStatement(unescaped: "select \(call)"))
            }
            #expect(error?.hint == "Start a worker that knows it.")
            try await engine.query("select cancel(1)")
            await expectRefusal("OP003") { try await engine.query(SQLStatement(unescaped: "select \(call)")) }
        }

        @Test func `is started once by several workers that register at the same moment`() async throws {
            let database = TestDatabase.current
            try await database.query(
                "insert into operations (name) select 'Later' from generate_series(1, 100)"
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        try await database.query(#"select register_definition('Later', '{"main": ["A"]}')"#)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await database.value("select count(*) from actions", as: Int.self) == 100)
            #expect(try await database.value("select count(*) from definitions", as: Int.self) == 1)
        }

        @Test func `that somebody else works on is left to the next look, without waiting`() async throws {
            let engine = try await EngineDriver.start(handlers: ["Later/A"])
            let ids = [try await engine.enqueue("Later"), try await engine.enqueue("Later")]
            let other = try await EngineDriver.start(handlers: [])
            try await other.connection.script("begin")
            try await other.query("select from jobs where operation_id = \(ids[0]) for update")
            try await engine.connection.script("set lock_timeout = '10s'")
            try await engine.query(#"select register_definition('Later', '{"main": ["A"]}')"#)
            #expect(try await engine.status(ids[0]) == "parked")
            try await other.query("select cancel(\(ids[0]))")
            try await other.connection.script("rollback")
            #expect(try await engine.value("select unpark('Later')", as: Int.self) == 1)
            #expect(try await engine.claim(10).count == 2)
        }

        @Test func `does not make cancel and register wait for each other for ever`() async throws {
            let database = TestDatabase.current
            let ids = try await database.query(
                "insert into operations (name) select 'Later' from generate_series(1, 300) returning id"
            )
            .map { try $0.decode(0, as: Int64.self) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await database.query(#"select register_definition('Later', '{"main": ["A"]}')"#)
                }
                group.addTask { for id in ids { try await database.query("select cancel(\(id))") } }
                group.addTask {
                    for id in ids.reversed() {
                        try await database.query("select set_global(\(id), 'a', '1')")
                    }
                }
                try await group.waitForAll()
            }
            #expect(
                try await database.value(
                    "select count(*) from operations where state = 'cancelled'",
                    as: Int.self
                ) == 300
            )
            #expect(try await database.value("select count(*) from jobs", as: Int.self) == 0)
        }
    }
}
