/// Very many actions at once that wait for something else.
struct SleepersWorkload: Workload {
    let name = "sleepers"
    let summary = "10,000 actions at once that each sleep 1 s, in one process: wall time and memory"

    func run(in laboratory: Laboratory) async throws -> [Figure] {
        let actions = laboratory.scaled(10_000, atLeast: 10)
        return try await laboratory.withDatabase { database in
            try await database.insert(Sleeper(), actions)
            try await database.settle()
            var options = laboratory.worker
            options.slots = 10_000
            let run = WorkRun(database: database, options, actions: actions)
            let outcome = try await run.run()
            let proof = try await database.proof(after: 0, bodies: outcome.bodies)
            try laboratory.require(proof.faults(operations: actions, actions: actions), of: name)
            let figure = try await run.figure(name, outcome)
            return [
                Figure(
                    workload: name,
                    value: figure.seconds,
                    unit: .seconds,
                    count: actions,
                    seconds: figure.seconds,
                    workerMicroseconds: figure.workerMicroseconds,
                    serverMicroseconds: figure.serverMicroseconds,
                    megabytes: figure.megabytes
                )
            ]
        }
    }
}
