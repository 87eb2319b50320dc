import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import TestSupport
import Testing

extension SQLEngine {
    /// The owner of the schema deletes rows of `operations` by hand.
    @Suite struct `A deleted operation` {
        private let leftovers = """
            select (select count(*) from jobs) + (select count(*) from actions) + (select count(*) from attempts)
                 + (select count(*) from attempt_logs)
            """ as SQLStatement

        /// What a DELETE or a TRUNCATE leaves of everything.
        private func left(_ engine: EngineDriver) async throws -> Int {
            try await engine.value(leftovers)
        }

        @Test func `leaves no job, no action and no attempt`() async throws {
            let engine = try await EngineDriver.start()
            let ids = try await engine.enqueue(3)
            try await engine.fail(engine.claimOne(), after: "1 hour")
            try await engine.query("delete from operations where id = any (\(ids))")
            #expect(try await left(engine) == 0)
            #expect(try await engine.claim(10).isEmpty)
        }

        @Test func `takes nothing of its neighbours along`() async throws {
            let engine = try await EngineDriver.start()
            let ids = try await engine.enqueue(3)
            try await engine.query("delete from operations where id = \(ids[1])")
            #expect(try await engine.claim(10).map(\.operation) == [ids[0], ids[2]])
        }

        @Test func `that has ended goes with its history`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A"]}"#)
            try await engine.enqueue(2)
            try await engine.fail(engine.claimOne(), permanent: true)
            try await engine.drain()
            try await engine.query("delete from operations")
            #expect(try await left(engine) == 0)
        }

        @Test func `whose action runs has its outcome refused`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue(2)
            let jobs = try await engine.claim(2)
            try await engine.query("delete from operations where id = \(jobs[0].operation)")
            #expect(try await engine.complete(jobs[0]).outcome == "stale")
            #expect(try await engine.fail(jobs[0]) == "stale")
            #expect(try await engine.snooze(jobs[0], "1 min") == "stale")
            #expect(try await engine.release(jobs[0]) == "stale")
            #expect(try await engine.checkpoint(jobs[0], #"{"set": {"a": 1}}"#) == false)
            #expect(try await engine.complete(jobs[1]).outcome == "advanced")
        }

        @Test func `waits for a worker that is writing it, and does not get in its way`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            let job = try await engine.claimOne()
            // The order of an outcome: the job first, then the operation, which the DELETE holds by then.
            try await TestDatabase.current.withConnection { other in
                try await engine.connection.script(
                    "begin; select from jobs where operation_id = \(id) for update"
                )
                async let deletion = other.query("delete from operations where id = \(id)")
                try await eventually("the DELETE looks again") {
                    try await TestDatabase.current.value(
                        """
                        select exists (
                          select from pg_stat_activity where query = \("delete from operations where id = $1") and wait_event = 'PgSleep'
                        )
                        """,
                        as: Bool.self
                    )
                }
                try await engine.connection.script("rollback")
                _ = try await deletion
            }
            #expect(try await engine.complete(job).outcome == "stale")
            #expect(try await left(engine) == 0)
        }

        @Test func `is refused while a job stays locked, and stays whole`() async throws {
            let engine = try await EngineDriver.start()
            let id = try await engine.enqueue()
            try await engine.connection.script(
                "begin; select from jobs where operation_id = \(id) for update"
            )
            let error = await expectRefusal("55P03") {
                try await TestDatabase.current.query("delete from operations where id = \(id)")
            }
            #expect(error?.message == "operation \(id) is being written at this moment")
            #expect(error?.hint?.contains("cancel(\(id))") == true)
            try await engine.connection.script("commit")
            #expect(try await engine.drain() == ["main/A", "main/B", "main/C"])
        }

        @Test(arguments: [
            "truncate operations", "truncate operations restart identity",
            "truncate operations, jobs, actions, attempts, attempt_logs", "truncate jobs, operations",
        ])
        func `by TRUNCATE leaves nothing either`(statement: String) async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue(3)
            try await engine.fail(engine.claimOne(), after: "1 hour")
            let job = try await engine.claimOne()
            try await engine.query(SQLStatement(unescaped: statement))
            #expect(try await left(engine) == 0)
            #expect(try await engine.complete(job).outcome == "stale")
            try await engine.enqueue()
            #expect(try await engine.drain() == ["main/A", "main/B", "main/C"])
        }

        @Test func `needs no right on the other tables`() async throws {
            let engine = try await EngineDriver.start()
            let role = TestDatabase.current.schema + "_cleaner"
            try await engine.enqueue(2)
            try await engine.connection.script(
                """
                create role \(role);
                grant usage on schema \(TestDatabase.current.schema) to \(role);
                grant select, delete on operations to \(role);
                set session authorization \(role);
                delete from operations;
                reset session authorization; drop owned by \(role); drop role \(role)
                """
            )
            #expect(try await left(engine) == 0)
        }
    }
}

/// Rows that somebody deleted with the triggers switched off, as a restore or a replica does.
@Suite(.backops(checksInvariants: false), .timeLimit(.minutes(10))) struct `A remnant of an operation` {
    /// Deletes rows behind the engine's back.
    private func lose(_ table: String, of operation: Int64, _ engine: EngineDriver) async throws {
        let column = table == "operations" ? "id" : "operation_id"
        try await engine.connection.script(
            """
            set session_replication_role = replica;
            delete from \(table) where \(column) = \(operation);
            reset session_replication_role
            """
        )
    }

    @Test(arguments: ["operations", "actions"])
    func `is not claimed, and keeps nobody else from being claimed`(table: String) async throws {
        let engine = try await EngineDriver.start()
        let ids = try await engine.enqueue(2)
        try await lose(table, of: ids[0], engine)
        #expect(try await engine.claim().map(\.operation) == [ids[1]])
        #expect(try await engine.claim(10).isEmpty)
        let held = "select count(*) from jobs where worker_id is not null and operation_id = \(ids[0])"
        #expect(try await engine.value(SQLStatement(unescaped: held), as: Int.self) == 0)
    }

    @Test func `that is held answers that its claim is stale where the action is gone`() async throws {
        let engine = try await EngineDriver.start()
        let id = try await engine.enqueue()
        let job = try await engine.claimOne()
        try await lose("actions", of: id, engine)
        #expect(try await engine.complete(job).outcome == "stale")
        #expect(try await engine.fail(job) == "stale")
        #expect(try await engine.snooze(job, "1 min") == "stale")
        #expect(try await engine.release(job) == "stale")
        #expect(try await engine.held().isEmpty)
    }

    @Test(arguments: ["complete", "fail", "release"])
    func `that is held is never answered with busy, which would be asked again for ever`(
        outcome: String
    )
        async throws
    {
        let engine = try await EngineDriver.start()
        let id = try await engine.enqueue()
        let job = try await engine.claimOne()
        try await lose("operations", of: id, engine)
        for _ in 1...2 {
            let answer =
                switch outcome {
                case "complete": try await engine.complete(job).outcome
                case "fail": try await engine.fail(job)
                default: try await engine.release(job)
                }
            #expect(answer != "busy")
        }
    }

    @Test(arguments: ["operations", "actions"])
    func `that is held lets its worker go`(table: String) async throws {
        let engine = try await EngineDriver.start()
        let id = try await engine.enqueue()
        _ = try await engine.claimOne()
        try await lose(table, of: id, engine)
        try await engine.query("select unregister_worker(\(engine.worker))")
        #expect(try await engine.value("select count(*) from workers", as: Int.self) == 0)
        let held = "select count(*) from jobs where worker_id is not null" as SQLStatement
        #expect(try await engine.value(held, as: Int.self) == 0)
    }

    @Test(arguments: ["operations", "actions"])
    func `of a dead worker is no suspect, and the worker is forgotten`(table: String) async throws {
        let engine = try await EngineDriver.start(lease: "1 minute")
        let id = try await engine.enqueue()
        _ = try await engine.claimOne()
        try await lose(table, of: id, engine)
        try await engine.travel(by: "2 minutes")
        try await engine.query("select * from rescue(100, null)")
        #expect(try await engine.value("select count(*) from workers", as: Int.self) == 0)
        #expect(try await engine.value("select count(*) from jobs where crashes > 0", as: Int.self) == 0)
    }
}
