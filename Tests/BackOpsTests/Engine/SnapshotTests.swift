import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    /// A backup, a report, a forgotten transaction: dead rows stay, and lie before everything that is ready.
    @Suite struct `While somebody holds a snapshot` {
        private static let batch = 50

        @Test func `a claim touches no more pages after thousands of operations than at first`() async throws
        {
            let engine = try await EngineDriver.start()
            try await expectFewPages(
                engine,
                enqueuedBy: "insert into operations (name) select 'Flow' from generate_series(1, 4000)"
            )
        }

        @Test(arguments: [1, 40, 4000])
        func `nor does one of a fair queue, however many keys it has`(keys: Int) async throws {
            let engine = try await EngineDriver.start(#"{"main": ["A"]}"#)
            try await engine.query("select set_queue_fairness('default', 'tenant')")
            try await expectFewPages(
                engine,
                enqueuedBy: """
                    insert into operations (name, globals)
                      select 'Flow', jsonb_build_object('tenant', n % \(Int32(keys))) from generate_series(1, 4000) as n
                    """
            )
            #expect(try await engine.violations() == [])
        }

        private func expectFewPages(
            _ engine: EngineDriver,
            enqueuedBy insert: SQLStatement,
            sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            let holder = try await PQConnection.connect(TestDatabase.current.options)
            try await holder.script("begin isolation level repeatable read; select from operations")
            try await engine.query(insert)
            let pages = try await drain(engine)
            try await holder.script("commit")
            await holder.close()
            #expect(pages.count >= 4000 / Self.batch, sourceLocation: sourceLocation)
            #expect(try await engine.value("select count(*) from jobs", as: Int.self) == 0)
            // Some 15 pages a job: its index entry, its row, and what is told of it; from the start of the lane it would be 140 by
            // now. The median, because a claim may have to read the catalogs, to make its plan again.
            let last = pages.suffix(21).sorted()
            #expect(last[last.count / 2] <= 40 * Self.batch, "\(pages)", sourceLocation: sourceLocation)
        }

        /// Claims and completes batches as a worker does, behind the last job that it has claimed; tells the pages of each claim.
        private func drain(_ engine: EngineDriver) async throws -> [Int] {
            var pages: [Int] = []
            var (runAt, operation) = ("-infinity", Int64(0))
            while true {
                let touched = try await engine.pages(
                    """
                    select * from claim(\(engine.worker), \(Int32(Self.batch)), '{default}', '{5}', array[\(runAt)::timestamptz], array[\(operation)])
                    """
                )
                let rows = try await engine.query(
                    """
                    select operation_id, claim_id, run_at::text from jobs where worker_id = \(engine.worker) order by run_at, operation_id
                    """
                )
                guard let last = rows.last else { return pages }
                (operation, runAt) = try (last.decode(0), last.decode(2))
                pages.append(touched)
                var held = try rows.map { try ($0.decode(0, as: Int64.self), $0.decode(1, as: Int64.self)) }
                while !held.isEmpty { held = try await engine.complete(held) }
            }
        }
    }
}
