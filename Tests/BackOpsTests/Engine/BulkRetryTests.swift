import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `Retrying many at once` {
        /// Operations that have failed for good, in their first action.
        private func failed(_ engine: EngineDriver, _ count: Int) async throws -> [Int64] {
            try await engine.enqueue(count)
            var ids: [Int64] = []
            for job in try await engine.claim(count) {
                try await engine.query(
                    "select fail(\(engine.worker), \(job.operation), \(job.claim), 'E', 'down', null, true)"
                )
                ids.append(job.operation)
            }
            return ids
        }

        private func retry(_ engine: EngineDriver, _ ids: [Int64]) async throws -> [Int64] {
            try await engine.values("select id from retry(\(ids))")
        }

        @Test func `lets each go on where it failed, as a single call would`() async throws {
            let engine = try await EngineDriver.start()
            let ids = try await failed(engine, 5)
            let alone = try await engine.value("select id from retry(\(ids[0]))", as: Int64.self)
            #expect(alone == ids[0])
            #expect(try await retry(engine, Array(ids.dropFirst().reversed())) == Array(ids.dropFirst()))
            let kinds = try await engine.value(
                """
                select count(distinct (
                         o.state, o.ended_at, o.stopped_position, j.position, j.attempt, j.steps_left, j.priority, j.queue, j.handler,
                         j.crashes, j.worker_id, j.definition_id, a.attempts_count))
                  from operations o
                  join jobs j on j.operation_id = o.id
                  join actions a on a.operation_id = o.id and a.position = j.position
                """,
                as: Int.self
            )
            #expect(kinds == 1)
            #expect(
                try await engine.value("select count(*) from jobs where run_at <= now()", as: Int.self) == 5
            )
            try await engine.drain()
            #expect(
                try await engine.value(
                    "select count(*) from operations where state = 'completed'",
                    as: Int.self
                ) == 5
            )
        }

        @Test func `leaves out what is not there, has completed, or goes on already`() async throws {
            let engine = try await EngineDriver.start()
            let ids = try await failed(engine, 3)
            try await engine.query("select retry(\(ids[0]))")
            #expect(try await retry(engine, ids + [999_999]) == [ids[1], ids[2]])
            #expect(try await retry(engine, ids) == [])
        }

        @Test func `takes along what was cancelled before it had begun`() async throws {
            let engine = try await EngineDriver.start()
            let ids = try await failed(engine, 2)
            let cancelled = try await engine.enqueue()
            try await engine.query("select cancel(\(cancelled))")
            #expect(try await retry(engine, ids + [cancelled]) == ids + [cancelled])
            try await engine.drain()
            #expect(
                try await engine.value(
                    "select count(*) from operations where state = 'completed'",
                    as: Int.self
                ) == 3
            )
        }
    }

    @Suite struct `Operations that fail together` {
        @Test func `come back one by one, not all at the same moment`() async throws {
            let engine = try await EngineDriver.start()
            try await engine.enqueue(200)
            let jobs = try await engine.claim(200)
            try await engine.query(
                """
                select count(*) from fail_many(
                  \(engine.worker), \(jobs.map(\.operation)), \(jobs.map(\.claim)),
                  array_fill('failed'::text, array[200]), array_fill(false, array[200]), array_fill(null::interval, array[200]),
                  array_fill('E'::text, array[200]), array_fill('down'::text, array[200]), array_fill(null::text, array[200])
                )
                """
            )
            // The default: 5 s, shortened by up to a fifth. No tenth of that second has more than a fifth of them.
            let counts: [Int64] = try await engine.values(
                """
                select count(*)
                  from jobs
                 group by width_bucket(extract(epoch from run_at - (select max(run_at) from jobs))::float8, -1.001, 0.001, 10)
                """
            )
            #expect(counts.reduce(0, +) == 200)
            #expect(counts.count >= 8 && counts.max() ?? 0 <= 40, "\(counts)")
        }
    }
}
