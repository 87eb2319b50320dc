import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `The time of an operation` {
        @Test func `delays its first action, at no cost in attempts`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.travel(to: "2029-12-31 12:00Z")
            let id: Int64 = try await engine.value(
                "insert into operations (name, perform_at) values ('Flow', '2030-01-01 00:00Z') returning id"
            )
            #expect(try await engine.claim().isEmpty)
            #expect(try await engine.status(id) == "scheduled")
            try await engine.travel(to: "2030-01-01 00:00Z")
            #expect(try await engine.claimOne().attempt == 1)
        }

        @Test func `can be given as a delay`() async throws {
            let engine = try await EngineDriver.start()
            let id: Int64 = try await engine.value("select enqueue('Flow', perform_in => '1 hour')")
            #expect(try await engine.claim().isEmpty)
            try await engine.travel(by: "0")
            try await engine.travel(by: "1 hour")
            #expect(try await engine.claimOne().operation == id)
        }

        @Test func `counts together with that of its first action: the later one wins`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": [["A", {"perform_at": "2030-01-02T00:00:00Z"}]]}"#
            )
            try await engine.query(
                "insert into operations (name, perform_at) values ('Flow', '2030-01-01Z'), ('Flow', '2030-01-03Z')"
            )
            let due = try await engine.values(
                "select to_char(run_at at time zone 'UTC', 'DD') from jobs order by 1",
                as: String.self
            )
            #expect(due == ["02", "03"])
        }

        @Test func `must be finite`() async throws {
            let engine = try await EngineDriver.start()
            let error = await expectRefusal("23514") {
                try await engine.query(
                    "insert into operations (name, perform_at) values ('Flow', 'infinity')"
                )
            }
            #expect(error?.constraint == "operations_perform_at_is_finite")
        }
    }

    @Suite struct `The time of an action` {
        @Test func `makes the operation wait when it gets there, at no cost in attempts`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": ["A", ["B", {"perform_at": "2030-01-01T00:00:00Z"}], "C"]}"#
            )
            try await engine.travel(to: "2029-01-01Z")
            let id = try await engine.enqueue()
            #expect(try await engine.complete(engine.claimOne()).outcome == "queued")
            #expect(try await engine.status(id) == "scheduled")
            #expect(try await engine.claim().isEmpty)
            try await engine.travel(to: "2030-01-01Z")
            let job = try await engine.claimOne()
            #expect(job.action == "main/B" && job.attempt == 1)
        }

        @Test func `that has passed delays nothing`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": ["A", ["B", {"perform_at": "2020-01-01T00:00:00Z"}]]}"#
            )
            try await engine.enqueue()
            #expect(try await engine.drain() == ["main/A", "main/B"])
        }

        @Test(arguments: ["3600", #""1 hour""#])
        func `can be a delay from the moment the operation gets there`(delay: String) async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A", ["B", {"perform_in": \#(delay)}]]}"#)
            try await engine.travel(to: "2030-01-01 08:00Z")
            let id = try await engine.enqueue()
            try await engine.travel(to: "2030-01-01 12:00Z")
            #expect(try await engine.complete(engine.claimOne()).outcome == "queued")
            #expect(try await engine.wait(id) == 3600)
        }

        @Test func `can be read from the globals, which the action before may have set`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": ["A", ["B", {"perform_at_global": "deliver_at"}]]}"#
            )
            try await engine.travel(to: "2029-12-31Z")
            let id = try await engine.enqueue()
            let job = try await engine.claimOne()
            #expect(
                try await engine.complete(job, set: #"{"deliver_at": "2030-01-01T00:00:00Z"}"#).outcome
                    == "queued"
            )
            #expect(try await engine.wait(id) == 86_400)
        }

        @Test(arguments: ["{}", #"{"deliver_at": null}"#])
        func `that the globals do not name delays nothing`(globals: String) async throws {
            let engine = try await EngineDriver.start(
                #"{"main": [["A", {"perform_at_global": "deliver_at"}], "B"]}"#
            )
            try await engine.enqueue("Flow", PQJSON(globals))
            #expect(try await engine.drain() == ["main/A", "main/B"])
        }

        @Test(arguments: [#""soon""#, "5", "{}", #""infinity""#, "true", #""2030-13-45""#])
        func `that is no time fails the operation, which goes on once it is set right`(
            value: String
        ) async throws {
            let engine = try await EngineDriver.start(
                #"{"main": ["A", ["B", {"perform_at_global": "deliver_at"}]]}"#
            )
            try await engine.travel(to: "2029-01-01Z")
            let id = try await engine.enqueue("Flow", PQJSON(#"{"deliver_at": \#(value)}"#))
            #expect(try await engine.complete(engine.claimOne()).outcome == "failed")
            #expect(
                try await engine.value("select error_type from operation_status", as: String.self)
                    == "InvalidPerformAt"
            )
            #expect(try await engine.history(id) == ["B 1.0 refused"])

            let time: PQJSON = #""2030-01-01T00:00:00Z""#
            try await engine.query("select set_global(\(id), 'deliver_at', \(time))")
            try await engine.query("select retry(\(id))")
            #expect(try await engine.claim().isEmpty, "it waits for its time")
            try await engine.travel(to: "2030-01-01Z")
            #expect(try await engine.drain() == ["main/B"])
        }

        @Test func `of the first action that is no time refuses the INSERT`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": [["A", {"perform_at_global": "deliver_at"}]]}"#
            )
            let error = await expectRefusal("OP007") {
                try await engine.enqueue("Flow", #"{"deliver_at": "soon"}"#)
            }
            #expect(error?.hint?.contains("2027-01-01T08:00:00Z") == true)
            #expect(try await engine.value("select count(*) from operations", as: Int.self) == 0)
        }

        @Test func `is kept when an operator jumps there, skips to it, or retries a cancelled wait`()
            async throws
        {
            let engine = try await EngineDriver.start(
                #"{"main": ["A", ["B", {"perform_at": "2030-01-01T00:00:00Z"}], "C"]}"#
            )
            try await engine.travel(to: "2029-12-31Z")
            let ids = try await engine.enqueue(3)
            try await engine.query("select skip(\(ids[0])), jump(\(ids[1]), 'main', 'B')")
            for job in try await engine.claim() { try await engine.complete(job) }
            try await engine.query("select cancel(\(ids[2]))")
            try await engine.query("select retry(\(ids[2]))")
            for id in ids { #expect(try await engine.wait(id) == 86_400) }
        }

        @Test func `is overruled by run_from: an operator says now`() async throws {
            let engine = try await EngineDriver.start(
                #"{"main": ["A", ["B", {"perform_at": "2030-01-01T00:00:00Z"}]]}"#
            )
            try await engine.travel(to: "2029-12-31Z")
            let id = try await engine.enqueue()
            try await engine.query("select run_from(\(id), 'main', 'B')")
            #expect(try await engine.claimOne().action == "main/B")
        }
    }
}
