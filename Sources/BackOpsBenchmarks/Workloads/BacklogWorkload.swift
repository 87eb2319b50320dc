/// `workflow` at the head of a long queue.
struct BacklogWorkload: Workload {
    let name = "backlog"
    let summary = "workflow with 1,000,000 operations waiting: the first 60,000 actions"

    func run(in laboratory: Laboratory) async throws -> [Figure] {
        let actions = laboratory.scaled(60_000, atLeast: 30)
        let database = try await laboratory.keptDatabase(name) { database in
            let waiting = max(laboratory.scaled(1_000_000), actions * laboratory.options.runs)
            laboratory.progress.say("backlog: enqueueing \(Decimals.grouped(waiting)) operations")
            try await database.insert(ThreeActions(), waiting)
        }
        try await database.settle()
        let before = try await database.proof(after: 0, bodies: nil)
        let run = WorkRun(
            database: database,
            laboratory.worker,
            actions: actions,
            leavesRest: true
        )
        let outcome = try await run.run()
        var proof = try await database.proof(after: 0, bodies: outcome.bodies)
        proof.completedActions -= before.completedActions
        try laboratory.require(proof.faults(atLeast: actions), of: name)
        return [try await run.figure(name, outcome)]
    }
}
