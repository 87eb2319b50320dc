import BackOps
import BackOpsCommand

/// Very many operations that failed together, and that somebody lets go on together.
struct RetriesWorkload: Workload {
    let name = "retries"
    let summary = "100,000 operations that fail, are retried with one call, and are drained"

    func run(in laboratory: Laboratory) async throws -> [Figure] {
        let operations = laboratory.scaled(100_000, atLeast: 10)
        return try await laboratory.withDatabase { database in
            try await database.insert(Flaky(), operations)
            try await database.settle()
            laboratory.progress.say("retries: failing")
            let failing = try await fail(laboratory, database, operations)
            try await database.settle()
            laboratory.progress.say("retries: retrying")
            let retrying = try await retry(database, operations)
            try await database.settle()
            laboratory.progress.say("retries: draining")
            let draining = try await drain(laboratory, database, operations)
            return [failing, retrying, draining]
        }
    }

    private func fail(
        _ laboratory: Laboratory,
        _ database: BenchDatabase,
        _ operations: Int
    ) async throws -> Figure {
        var options = laboratory.worker
        options.fails = true
        let run = WorkRun(database: database, options, actions: operations)
        let outcome = try await run.run()
        let proof = try await database.proof(after: 0, bodies: outcome.bodies)
        try laboratory.require(proof.faultsOfFailing(operations: operations), of: name)
        return try await run.figure(name, variant: "failing", outcome, end: .errored)
    }

    private func retry(_ database: BenchDatabase, _ operations: Int) async throws -> Figure {
        let serverBefore = database.processes?.seconds
        let processorBefore = ProcessorTime.seconds
        let start = ProcessorTime.monotonic
        let retried = try await database.withClient { client in
            try await client.operations.named(Flaky.self).inState(.failed).retryAll().count
        }
        let seconds = ProcessorTime.monotonic - start
        guard retried == operations else {
            throw Problem(.error, "\(retried) operations were retried instead of \(operations)")
        }
        let perOperation = 1e6 / Double(operations)
        return Figure(
            workload: name,
            variant: "retrying",
            value: Double(operations) / seconds,
            unit: .operationsPerSecond,
            count: operations,
            seconds: seconds,
            workerMicroseconds: (ProcessorTime.seconds - processorBefore) * perOperation,
            serverMicroseconds: serverBefore.flatMap { before in
                database.processes?.seconds.map { ($0 - before) * perOperation }
            }
        )
    }

    private func drain(
        _ laboratory: Laboratory,
        _ database: BenchDatabase,
        _ operations: Int
    ) async throws -> Figure {
        let run = WorkRun(database: database, laboratory.worker, actions: operations)
        let outcome = try await run.run()
        var proof = try await database.proof(after: 0, bodies: outcome.bodies)
        // Those that failed before.
        proof.attempts -= operations
        try laboratory.require(proof.faults(operations: operations, actions: operations), of: name)
        return try await run.figure(name, variant: "draining", outcome)
    }
}
