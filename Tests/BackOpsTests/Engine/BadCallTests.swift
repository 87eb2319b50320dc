import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `A call that makes no sense` {
        /// All rows, so that a difference shows.
        private static let rows = """
            select md5(concat((select json_agg(o order by id) from operations o), (select json_agg(j order by operation_id) from jobs j),
                              (select json_agg(a order by operation_id, position) from actions a),
                              (select json_agg(t order by id) from attempts t), (select json_agg(w order by id) from workers w),
                              (select json_agg(d order by id) from definitions d)))
            """

        /// A worker, what it runs, what it ran, what has ended, what is ready.
        private func values(_ engine: EngineDriver) async throws -> [String: String] {
            let ended = try await engine.enqueue()
            let running = try await engine.enqueue()
            let first = try await engine.claimOne()
            try await engine.query("select cancel(\(ended))")
            let released = try await engine.claimOne()
            try await engine.release(released)
            let job = try await engine.claimOne()
            let ready = try await engine.enqueue()
            try #require(
                first.operation == ended && released.operation == running && job.operation == running
            )
            return [
                "w": "\(engine.worker)", "o": "\(running)", "c": "\(job.claim)", "old": "\(released.claim)",
                "f": "\(ended)", "cf": "\(first.claim)", "r": "\(ready)",
            ]
        }

        private func fill(_ text: String, _ values: [String: String]) -> String {
            values.reduce(text) { $0.replacing("{\($1.key)}", with: $1.value) }
        }

        @Test func `is answered as its table says, and changes nothing`() async throws {
            let engine = try await EngineDriver.start()
            let values = try await values(engine)
            let before: String = try await engine.value(SQLStatement(unescaped: Self.rows))
            for (call, expected) in BadCalls.all {
                let statement =
                    "select coalesce(string_agg(r::text, ' '), '') from \(fill(call, values)) as r"
                var answer: String
                do {
                    answer = try await engine.value(SQLStatement(unescaped: statement))
                } catch let error as PQError {
                    answer = error.sqlState?.rawValue ?? "\(error)"
                    #expect(!error.message.isEmpty)
                }
                #expect(answer == fill(expected, values), "\(call)")
                let after: String = try await engine.value(SQLStatement(unescaped: Self.rows))
                try #require(after == before, "\(call) changed something")
            }
        }

        @Test func `is known for every function of the schema`() async throws {
            let functions = try await TestDatabase.current.query(
                """
                select distinct proname::text from pg_proc
                 where pronamespace = current_schema()::regnamespace and prokind = 'f'
                """
            )
            let names = Set(try functions.map { try $0.decode(0, as: String.self) })
            let called = Set(BadCalls.all.map { String($0.call.prefix { $0 != "(" }) })
            #expect(names.subtracting(called).subtracting(BadCalls.parts) == [], "add them to BadCalls")
            #expect(called.union(BadCalls.parts).subtracting(names) == [], "they are gone")
        }
    }
}
