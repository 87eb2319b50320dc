/// `workflow` beside a crowd that waits for a signal.
struct WaitingWorkload: Workload {
    let name = "waiting"
    let summary = "workflow with 1,000,000 operations that wait for a signal"

    func run(in laboratory: Laboratory) async throws -> [Figure] {
        let crowd = laboratory.scaled(1_000_000)
        let database = try await laboratory.keptDatabase(name) { database in
            laboratory.progress.say("waiting: enqueueing \(Decimals.grouped(crowd)) operations")
            try await database.insert(Awaiting(), crowd)
        }
        let last = try await database.lastOperation()
        let operations = laboratory.scaled(40_000, atLeast: 10)
        let actions = operations * ThreeActions.actions
        try await database.insert(ThreeActions(), operations)
        try await database.settle()
        let run = WorkRun(database: database, laboratory.worker, actions: actions)
        let outcome = try await run.run(after: last)
        let proof = try await database.proof(after: last, bodies: outcome.bodies)
        var faults = proof.faults(operations: operations, actions: actions)
        let waiting = try await database.proof(after: 0, bodies: nil).jobs
        if waiting != crowd { faults.append("\(waiting) operations wait for a signal instead of \(crowd)") }
        try laboratory.require(faults, of: name)
        return [try await run.figure(name, outcome)]
    }
}
