import BackOpsTesting
import Foundation
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `An enqueue under a key that is taken` {
        /// The id and the outcome of an enqueue.
        private struct Enqueued: Equatable, CustomStringConvertible {
            let id: Int64
            let outcome: String

            var description: String { "\(outcome) \(id)" }
        }

        private func enqueue(
            _ engine: EngineDriver,
            _ mode: String,
            _ globals: PQJSON = "{}",
            key: String = "k"
        ) async throws -> Enqueued {
            let row = try await engine.query(
                "select id, outcome from enqueue_keyed('Flow', \(key), \(mode), \(globals))"
            )[0]
            return Enqueued(id: try row.decode(0), outcome: try row.decode(1))
        }

        /// When the operation may start, seconds from now.
        private func delay(_ engine: EngineDriver, _ id: Int64) async throws -> Double {
            try await engine.value(
                "select extract(epoch from run_at - clock_now())::float8 from jobs where operation_id = \(id)",
                as: Double.self
            )
        }

        private func expectHealth(_ engine: EngineDriver) async throws {
            #expect(try await engine.values("select detail from invariants()", as: String.self) == [])
        }

        @Test func `unless active does nothing until the operation has ended`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A"]}"#)
            let first = try await enqueue(engine, "unless_active")
            #expect(first.outcome == "created")
            let job = try await engine.claimOne()
            #expect(try await enqueue(engine, "unless_active") == Enqueued(id: first.id, outcome: "existing"))
            _ = try await engine.complete(job)
            let second = try await enqueue(engine, "unless_active")
            #expect(second.outcome == "created")
            #expect(second.id > first.id)
            try await expectHealth(engine)
        }

        @Test func `to replace what waits gives that operation everything of the new one`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A"]}"#)
            try await engine.travel(by: "0 s")
            let first = try await enqueue(engine, "replace_waiting", #"{"n": 1}"#)
            try await engine.query("select register_definition('Flow', '{\"main\": [\"B\", \"C\"]}')")
            let row = try await engine.query(
                """
                select id, outcome from enqueue_keyed('Flow', 'k', 'replace_waiting', '{"n": 2}', queue => 'other', priority => 1,
                                                      perform_in => '1 hour', tags => '{new}')
                """
            )[0]
            #expect(
                try Enqueued(id: row.decode(0), outcome: row.decode(1))
                    == Enqueued(id: first.id, outcome: "replaced")
            )
            #expect(try await engine.actions(first.id) == ["main/B scheduled", "main/C open"])
            #expect(try await engine.globals(first.id) == #"{"n": 2}"#)
            #expect(try await delay(engine, first.id) == 3600)
            #expect(
                try await engine.value(
                    "select queue || priority || tags::text from operations where id = \(first.id)",
                    as: String.self
                ) == "other1{new}"
            )
            #expect(try await engine.value("select count(*) from jobs", as: Int.self) == 1)
            try await expectHealth(engine)
        }

        @Test(arguments: ["replace_waiting", "debounce 5 s merge"])
        func `never touches an operation that has started`(mode: String) async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A", "B"]}"#)
            let first = try await enqueue(engine, mode, #"{"n": 1}"#)
            try await engine.travel(by: "10 s")
            let job = try await engine.claimOne()
            let second = try await enqueue(engine, mode, #"{"n": 2}"#)
            #expect(second.outcome == "created")
            #expect(try await engine.globals(first.id) == #"{"n": 1}"#)
            // Nor one whose attempt has failed, and which waits for the next one.
            _ = try await engine.fail(job)
            _ = try await enqueue(engine, mode, #"{"n": 3}"#)
            #expect(try await engine.globals(first.id) == #"{"n": 1}"#)
            #expect(try await engine.globals(second.id).contains(#""n": 3"#))
            try await expectHealth(engine)
        }

        @Test func `to debounce puts the operation off, but not for longer than it was told`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.travel(by: "0 s")
            let first = try await enqueue(engine, "debounce 5 s at most 8 s", #"{"n": 1}"#)
            #expect(first.outcome == "created")
            #expect(try await delay(engine, first.id) == 5)
            try await engine.travel(by: "2 s")
            let second = try await enqueue(engine, "debounce 5 s at most 8 s", #"{"n": 2}"#)
            #expect(second == Enqueued(id: first.id, outcome: "replaced"))
            #expect(try await delay(engine, first.id) == 5)
            try await engine.travel(by: "4 s")
            _ = try await enqueue(engine, "debounce 5 s at most 8 s", #"{"n": 3}"#)
            #expect(try await delay(engine, first.id) == 2)
            // Due, and still waiting for a worker: it is not put off any more.
            try await engine.travel(by: "3 s")
            _ = try await enqueue(engine, "debounce 5 s at most 8 s", #"{"n": 4}"#)
            #expect(try await delay(engine, first.id) == -1)
            #expect(try await engine.claimOne().globals == #"{"n": 4}"#)
        }

        @Test(
            arguments: [
                ("last", #"{"b": [3], "c": 2}"#, "replaced"),
                ("merge", #"{"a": 1, "b": [3], "c": 2}"#, "merged"),
                ("append", #"{"a": 1, "b": [2, 3], "c": 2}"#, "merged"),
            ]
        )
        func `to debounce starts with the globals that were asked for`(
            payload: String,
            globals: String,
            outcome: String
        ) async throws {
            let engine = try await EngineDriver.start()
            let first = try await enqueue(engine, "debounce 5 s \(payload)", #"{"a": 1, "b": [2], "c": 1}"#)
            let second = try await enqueue(engine, "debounce 5 s \(payload)", #"{"b": [3], "c": 2}"#)
            #expect(second == Enqueued(id: first.id, outcome: outcome))
            #expect(try await engine.globals(first.id) == globals)
        }

        @Test func `to throttle drops what comes too soon, though the operation has ended`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A"]}"#)
            let first = try await enqueue(engine, "throttle 1 min")
            _ = try await engine.complete(try await engine.claimOne())
            #expect(try await enqueue(engine, "throttle 1 min") == Enqueued(id: first.id, outcome: "dropped"))
            try await engine.travel(by: "61 s")
            let second = try await enqueue(engine, "throttle 1 min")
            #expect(second.outcome == "created")
            #expect(
                try await enqueue(engine, "throttle 1 min") == Enqueued(id: second.id, outcome: "dropped")
            )
        }

        @Test func `to cancel and replace refuses the result of what ran`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A"]}"#)
            let first = try await enqueue(engine, "cancel_and_replace")
            let job = try await engine.claimOne()
            let second = try await enqueue(engine, "cancel_and_replace")
            #expect(second.outcome == "replaced")
            #expect(second.id > first.id)
            #expect(try await engine.state(first.id) == "cancelled")
            #expect(try await engine.complete(job).outcome == "stale")
            #expect(
                try await engine.values("select reason from audit", as: String.self) == [
                    "replaced by operation \(second.id)"
                ]
            )
            _ = try await engine.complete(try await engine.claimOne())
            #expect(try await enqueue(engine, "cancel_and_replace").outcome == "created")
        }

        @Test func `in the mode once is what a key has always been`() async throws {
            let engine = try await EngineDriver.start()
            let first = try await enqueue(engine, "once")
            #expect(try await enqueue(engine, "once") == Enqueued(id: first.id, outcome: "existing"))
            #expect(
                try await engine.value("select enqueue('Flow', key => 'k')", as: Int64.self) == first.id
            )
            // The other modes have keys of their own.
            #expect(try await enqueue(engine, "unless_active").outcome == "created")
        }

        @Test func `by a plain INSERT leaves the row out, or gives it the id of the one it replaces`()
            async throws
        {
            let engine = try await EngineDriver.start()
            func insert(_ mode: String, _ n: Int) async throws -> [Int64] {
                try await engine.values(
                    """
                    insert into operations (name, key, key_mode, globals)
                    values ('Flow', \(mode), \(mode), jsonb_build_object('n', \(Int32(n)))) returning id
                    """,
                    as: Int64.self
                )
            }
            let first = try await insert("unless_active", 1)
            #expect(first.count == 1)
            #expect(try await insert("unless_active", 2) == [])
            let second = try await insert("replace_waiting", 1)
            #expect(try await insert("replace_waiting", 2) == second)
            #expect(try await engine.globals(second[0]) == #"{"n": 2}"#)
            await expectRefusal("OP004") {
                try await engine.query(
                    "insert into operations (name, key, key_mode) values ('Flow', 'x', 'replace_waiting'), ('Flow', 'x', 'replace_waiting')"
                )
            }
            await expectRefusal("23514") {
                try await engine.query(
                    "insert into operations (name, key, key_mode) values ('Flow', 'x', 'sometimes')"
                )
            }
            try await expectHealth(engine)
        }

        @Test func `in a batch is taken in its turn, and answered in its place`() async throws {
            let engine = try await EngineDriver.start()
            let rows = try await engine.query(
                """
                select id, outcome from enqueue_keyed_many(
                  'Flow', array['{"n": 1}', '{"n": 2}', '{"n": 3}']::jsonb[], '{z,y,z}', 'replace_waiting')
                """
            )
            let ids = try rows.map { try $0.decode(0, as: Int64.self) }
            #expect(
                try rows.map { try $0.decode(1, as: String.self) } == ["created", "created", "replaced"]
            )
            #expect(ids[0] == ids[2])
            #expect(try await engine.globals(ids[0]) == #"{"n": 3}"#)
        }

        @Test func `does what the page of the SQL surface says`() async throws {
            let engine = try await EngineDriver.start()
            let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "Sources/BackOps/BackOps.docc/SQL.md")
            let section = try #require(
                try String(contentsOf: page, encoding: .utf8).components(
                    separatedBy: "## Enqueueing under a key\n"
                ).last
            )
            let example = try #require(section.firstMatch(of: #/```sql\n([^`]+)```/#)?.output.1)
            try await engine.connection.script(String(example).replacing("backops.", with: ""))
            let rows = try await engine.values(
                "select name || coalesce(active_key, '') || globals from operations order by id",
                as: String.self
            )
            #expect(
                rows == [
                    #"Reindexshop-7{"product_1": true, "product_2": true}"#, "Importshop-7{}",
                    #"Importshop-8{"n": 2}"#,
                ]
            )
            let modes = section.prefix(while: { $0 != "#" }).matches(
                of: #/^\| `([a-z_ 0-9]+)` \|/#.anchorsMatchLineEndings()
            )
            .map { String($0.output.1) }
            for mode in modes { try await engine.query("select read_key_mode(\(mode))") }
            #expect(modes.count == 7)
        }

        @Test func `is forgotten with its operation, unless it throttles for longer`() async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A"]}"#)
            for mode in ["unless_active", "throttle 3 days"] {
                _ = try await enqueue(engine, mode, key: mode)
                _ = try await engine.complete(try await engine.claimOne())
            }
            let keys = "select key from operation_keys" as SQLStatement
            try await engine.travel(by: "2 days")
            try await engine.query("select prune('1 day')")
            #expect(try await engine.values(keys, as: String.self) == ["throttle 3 days"])
            #expect(try await enqueue(engine, "throttle 3 days", key: "throttle 3 days").outcome == "dropped")
            try await engine.travel(by: "2 days")
            try await engine.query("select prune('1 day')")
            #expect(try await engine.values(keys, as: String.self) == [])
        }

        // One mode at a time: the server has connections for one such crowd beside the other tests, not for six.
        @Test(
            .serialized,
            arguments: [
                "once", "unless_active", "replace_waiting", "cancel_and_replace", "throttle 1 h",
                "debounce 1 h merge",
            ]
        )
        func `by 64 clients at once leaves one that is active, and tells each the truth`(
            mode: String
        ) async throws {
            let engine = try await EngineDriver.start()
            let options = TestDatabase.current.options
            let answers = try await withThrowingTaskGroup(of: Enqueued.self) { group in
                for n in 1...64 {
                    group.addTask {
                        let connection = try await PQConnection.connect(options)
                        let globals = PQJSON("{\"n\(n)\": \(n)}")
                        let row = try await connection.query(
                            "select id, outcome from enqueue_keyed('Flow', 'k', \(mode), \(globals))"
                        )[0]
                        let answer = Enqueued(id: try row.decode(0), outcome: try row.decode(1))
                        await connection.close()
                        return answer
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let active = try await engine.values(
                "select id from operations where state = 'active'",
                as: Int64.self
            )
            #expect(active.count == 1)
            #expect(answers.count { $0.outcome == "created" } == 1)
            let last = try #require(active.first)
            switch mode {
            case "cancel_and_replace":
                #expect(Set(answers.map(\.id)).count == 64)
                #expect(answers.count { $0.outcome == "replaced" } == 63)
                #expect(answers.contains { $0.id == last })
            case "debounce 1 h merge":
                #expect(answers.allSatisfy { $0.id == last })
                // Nobody's globals are lost.
                #expect(
                    try await engine.value(
                        "select count(*) from operations cross join jsonb_object_keys(globals)",
                        as: Int.self
                    ) == 64
                )
            default: #expect(answers.allSatisfy { $0.id == last })
            }
            try await expectHealth(engine)
        }
    }
}
