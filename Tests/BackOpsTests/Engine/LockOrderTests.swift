import BackOpsTesting
import LibPQ
import Testing

extension SQLEngine {
    @Suite struct `Many sessions over the same operations` {
        /// Completing, failing, cancelling, retrying, steering, rescuing and registering, all at once, in mixed order.
        @Test func `never deadlock, and leave everything consistent`() async throws {
            let plan = #"{"main": ["A", ["B", {"backoff": {"base": 0}}], "C"], "side": ["S"]}"#
            let database = TestDatabase.current
            let engines = try await [EngineDriver.start(plan), .start(plan), .start(plan)]
            let ids = try await engines[0].enqueue(40)
            try await database.query(
                "insert into operations (name) select 'Later' from generate_series(1, 20)"
            )

            try await withThrowingTaskGroup(of: Void.self) { group in
                for engine in engines { group.addTask { try await work(engine) } }
                for turn in 0..<2 {
                    group.addTask { try await steer(turn == 0 ? ids : ids.reversed(), database) }
                }
                group.addTask {
                    for _ in 0..<30 {
                        let victim: Int64 = try await database.value(
                            "select register_worker('v', 1, '{default}', '{Flow/A,Flow/B}')"
                        )
                        try await database.query("select * from claim(\(victim), 5)")
                        try await database.query(
                            "update workers set heartbeat_at = '2020-01-01' where id = \(victim)"
                        )
                        try await database.query("select * from rescue()")
                    }
                }
                group.addTask {
                    for round in 0..<20 {
                        try await database.query(
                            "select * from retry_where('Flow', at_most => 20), pause('default')"
                        )
                        try await database.query(
                            "select * from set_global(\(ids.reversed()), 'round', \(PQJSON("\(round)"))), resume('default')"
                        )
                        try await database.query("select * from reschedule(\(ids), now())")
                    }
                }
                group.addTask {
                    for number in 0..<15 {
                        let plan = #"{"main": [["A", {"max_attempts": \#(1 + number % 3)}]]}"#
                        try await database.query("select register_definition('Later', \(plan)::json)")
                        try await database.query(
                            "select retry(array(select id from operations where name = 'Later'))"
                        )
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await database.violations().isEmpty)
        }

        /// Claims batches and ends them in every way there is.
        private func work(_ engine: EngineDriver) async throws {
            for round in 0..<60 {
                let jobs = try await engine.claim(8)
                let (ids, claims) = (jobs.map(\.operation), jobs.map(\.claim))
                switch round % 4 {
                case 0:
                    _ = try await engine.query(
                        "select * from release_many(\(engine.worker), \(ids), \(claims))"
                    )
                case 1:
                    for job in jobs { try await engine.fail(job, permanent: job.claim.isMultiple(of: 3)) }
                default:
                    let nothing = jobs.map { _ in PQJSON?.none }
                    let jumps = jobs.map { $0.claim.isMultiple(of: 5) ? Int32(4) : nil }
                    try await engine.query(
                        "select * from complete_many(\(engine.worker), \(ids), \(claims), \(nothing), \(jumps), \(round.isMultiple(of: 2)))"
                    )
                }
                if let suspect = try await engine.claimSuspect() {
                    try await engine.complete(suspect, continues: false)
                }
                let rest = try await engine.held()
                for job in rest.prefix(3) {
                    _ = try await engine.checkpoint(job, #"{"set": {"seen": true}}"#)
                }
            }
            try await engine.query("select unregister_worker(\(engine.worker))")
        }

        /// Steers one operation after the other; what makes no sense in its state is refused, which is fine here.
        private func steer(_ ids: [Int64], _ database: TestDatabase) async throws {
            for id in ids {
                for call in [
                    "cancel(\(id))", "retry(\(id))", "skip(\(id))", "jump(\(id), 'main', 'B')",
                    "set_global(\(id), 'a', '1')",
                ] {
                    do {
                        try await database.query(SQLStatement(unescaped: "select \(call)"))
                    } catch let error as PQError where ["OP003", "40001"].contains(error.sqlState?.rawValue) {
                        continue
                    }
                }
            }
        }
    }
}
