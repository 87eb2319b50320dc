import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A batch of outcomes` {
        private typealias Job = EngineDriver.Job

        private static let tooLarge = #"{"set": {"a": "\#(String(repeating: "x", count: 1_100_000))"}}"#
        private static let fine = #"{"set": {"a": 1}}"#

        private func outcomes(_ engine: EngineDriver, _ call: SQLStatement) async throws -> [String] {
            try await engine.values("select outcome from \(call) order by operation_id")
        }

        private func completeMany(
            _ engine: EngineDriver,
            _ jobs: [Job],
            _ patches: [String?],
            _ jumps: [Int32?]
        ) -> SQLStatement {
            """
            complete_many(\(engine.worker), \(jobs.map(\.operation)), \(jobs.map(\.claim)),
                          \(patches.map { $0.map { PQJSON($0) } }), \(jumps))
            """
        }

        @Test(
            arguments: [
                ("a patch that makes the globals too large", tooLarge, nil, "23514"),
                ("a patch that is none", #"{"sat": {}}"#, nil, "OP004"),
                ("a patch that is no object", "[]", nil, "OP004"),
                ("a jump to a position that is not there", nil, 9, "OP005"),
                ("a jump to a position that is not there, with a patch", fine, 0, "OP005"),
            ] as [(String, String?, Int32?, String)]
        )
        func `sets a completion aside that cannot be recorded, and takes the others`(
            what: String,
            patch: String?,
            jump: Int32?,
            state: String
        ) async throws {
            let engine = try await EngineDriver.start()
            let ids = try await engine.enqueue(4)
            let jobs = try await engine.claim(4)
            let patches = [Self.fine, patch, nil, Self.fine]
            let rows = try await engine.query(
                "select * from \(completeMany(engine, jobs, patches, [nil, jump, 3, nil])) order by operation_id"
            )
            #expect(
                try rows.map { try $0.decode("outcome", as: String.self) } == [
                    "advanced", "invalid", "advanced", "advanced",
                ]
            )
            #expect(try rows[1].decode("next_claim_id", as: Int64?.self) == nil)
            // Nothing was done to it, and it is still held under the same claim.
            #expect(try await engine.held().contains(jobs[1]))
            #expect(try await engine.globals(ids[1]) == "{}")
            // Alone, it is told why; then its attempt fails.
            await expectRefusal(state) {
                try await engine.query("select * from \(completeMany(engine, [jobs[1]], [patch], [jump]))")
            }
            #expect(try await engine.fail(jobs[1]) == "retrying")
            #expect(try await engine.history(ids[1]) == ["A 1.1 failed"])
        }

        @Test func `calls a completion stale whose claim is, whatever it asks for`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue(2)
            let jobs = try await engine.claim(2)
            try await engine.release(jobs[0])
            #expect(
                try await outcomes(engine, completeMany(engine, jobs, ["[]", nil], [nil, nil])) == [
                    "stale", "advanced",
                ]
            )
        }

        /// What a row holds may be compressed a hundredfold.
        @Test func `sees that globals become too large together with those that are there`() async throws {
            let engine = try await EngineDriver.start()
            let half = String(repeating: "x", count: 600_000)
            let ids = [
                try await engine.enqueue("Flow", PQJSON(#"{"b": "\#(half)"}"#)), try await engine.enqueue(),
            ]
            let jobs = try await engine.claim(2)
            let patch = #"{"set": {"a": "\#(half)"}}"#
            #expect(
                try await outcomes(engine, completeMany(engine, jobs, [patch, patch], [nil, nil])) == [
                    "invalid", "advanced",
                ]
            )
            let instead = #"{"set": {"a": "\#(half)"}, "unset": ["b"]}"#
            #expect(
                try await outcomes(
                    engine,
                    completeMany(engine, [jobs[0], engine.held()[1]], [instead, nil], [nil, nil])
                )
                    == ["advanced", "advanced"]
            )
            #expect(
                try await engine.value(
                    "select globals ? 'b' from operations where id = \(ids[0])",
                    as: Bool.self
                ) == false
            )
        }

        @Test func `sets a failure aside that cannot be recorded, and takes the others`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue(4)
            let jobs = try await engine.claim(4)
            let call: SQLStatement = """
                fail_many(\(engine.worker), \(jobs.map(\.operation)), \(jobs.map(\.claim)), '{failed,nonsense,failed,timed_out}',
                          '{f,f,f,t}', '{1 h,null,200000 years,null}', '{E,E,E,E}', '{m,m,m,m}', '{s,s,s,s}')
                """
            #expect(try await outcomes(engine, call) == ["retrying", "invalid", "invalid", "failed"])
            #expect(try await engine.held() == [jobs[1], jobs[2]])
        }

        @Test func `sets a snooze aside that has no time, and takes the others`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue(4)
            let jobs = try await engine.claim(4)
            let call: SQLStatement = """
                snooze_many(\(engine.worker), \(jobs.map(\.operation)), \(jobs.map(\.claim)), '{null,infinity,null,null}',
                            '{1 h,null,null,-200000 years}')
                """
            #expect(try await outcomes(engine, call) == ["snoozed", "invalid", "invalid", "invalid"])
            #expect(try await engine.held() == Array(jobs.dropFirst()))
        }
    }
}
