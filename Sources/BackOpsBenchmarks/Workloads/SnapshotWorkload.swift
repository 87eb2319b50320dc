import BackOps
import LibPQ

/// `workflow` while a long transaction keeps the server from forgetting old versions of rows.
struct SnapshotWorkload: Workload {
    let name = "snapshot"
    let summary = "workflow while another session holds a REPEATABLE READ snapshot; the rate of each fifth"

    func run(in laboratory: Laboratory) async throws -> [Figure] {
        let operations = laboratory.scaled(40_000, atLeast: 10)
        let actions = operations * ThreeActions.actions
        return try await laboratory.withDatabase { database in
            try await database.insert(ThreeActions(), operations)
            try await database.settle()
            let run = WorkRun(database: database, laboratory.worker, actions: actions)
            let outcome = try await database.pool.withTransaction(isolation: .repeatableRead) { transaction in
                // The first statement takes the snapshot.
                try await transaction.query("select count(*) from backops.workers")
                return try await run.run()
            }
            let proof = try await database.proof(after: 0, bodies: outcome.bodies)
            try laboratory.require(proof.faults(operations: operations, actions: actions), of: name)
            var figure = try await run.figure(name, outcome)
            let ends = try await database.ends(since: outcome.start, count: actions, parts: 5)
            figure.details["fifths"] = .array(
                Self.rates(ends, each: actions / 5).map { JSONValue(rounded: $0) }
            )
            return [figure]
        }
    }

    /// The rate of each part, by the times at which they ended.
    static func rates(_ ends: [Double], each count: Int) -> [Double] {
        zip([0] + ends, ends).map { start, end in end > start ? Double(count) / (end - start) : 0 }
    }
}
