import BackOps
import LibPQ

/// Operations that are enqueued first, and one worker process that runs them until all have completed.
struct DrainWorkload: Workload {
    let name: String
    let summary: String
    /// What is drained, each for a figure.
    private let operations: [(variant: String?, operation: any BenchOperation)]
    private let count: Int
    private let hasLimits: Bool
    /// How many of the queue run at once; nil is any number.
    private let queueLimit: Int?

    private init(
        name: String,
        summary: String,
        operation: any BenchOperation,
        operations: Int,
        hasLimits: Bool = false,
        queueLimit: Int? = nil
    ) {
        self.init(
            name: name,
            summary: summary,
            [(nil, operation)],
            count: operations,
            hasLimits: hasLimits,
            queueLimit: queueLimit
        )
    }

    private init(
        name: String,
        summary: String,
        _ operations: [(variant: String?, operation: any BenchOperation)],
        count: Int,
        hasLimits: Bool,
        queueLimit: Int? = nil
    ) {
        self.name = name
        self.summary = summary
        self.operations = operations
        self.count = count
        self.hasLimits = hasLimits
        self.queueLimit = queueLimit
    }

    static let drain = DrainWorkload(
        name: "drain",
        summary: "100,000 operations of one action, enqueued first; one worker process",
        operation: OneAction(),
        operations: 100_000
    )
    static let workflow = DrainWorkload(
        name: "workflow",
        summary: "40,000 operations of three actions, likewise",
        operation: ThreeActions(),
        operations: 40_000
    )
    static let limited = DrainWorkload(
        name: "limited",
        summary: "workflow, each operation of which is the only one of its key",
        operation: ThreeExclusively(),
        operations: 40_000,
        hasLimits: true
    )
    static let hot = DrainWorkload(
        name: "hot",
        summary: "40,000 operations of one action, of which 100 run at once; one worker process",
        operation: OneOfHundred(),
        operations: 40_000,
        hasLimits: true
    )
    static let full = DrainWorkload(
        name: "full",
        summary: "40,000 operations of one action in a queue of which 100 run at once; one worker process",
        operation: OneAction(),
        operations: 40_000,
        queueLimit: 100
    )
    static let rated = DrainWorkload(
        name: "rated",
        summary: "workflow, under rates that are never used up: of each key, and of all",
        [("by key", ThreePacedByKey()), ("shared", ThreePaced())],
        count: 40_000,
        hasLimits: true
    )
    static let longWorkflow = DrainWorkload(
        name: "long-workflow",
        summary: "6,000 operations of twenty actions, likewise",
        operation: TwentyActions(),
        operations: 6000
    )
    static let veryLongWorkflow = DrainWorkload(
        name: "very-long-workflow",
        summary: "600 operations of two hundred actions, likewise",
        operation: TwoHundredActions(),
        operations: 600
    )

    func run(in laboratory: Laboratory) async throws -> [Figure] {
        var worker = laboratory.worker
        worker.limits = hasLimits
        var figures: [Figure] = []
        for (variant, operation) in operations {
            if let variant { laboratory.progress.say("\(name): \(variant)") }
            let (figure, _) = try await Self.drain(
                laboratory,
                name,
                variant: variant,
                operation,
                laboratory.scaled(count, atLeast: 10),
                queueLimit: queueLimit,
                worker: worker
            )
            figures.append(figure)
        }
        return figures
    }

    /// Fills a database, drains it, and proves that everything was done once.
    ///
    /// - Parameters:
    ///   - laboratory: Where.
    ///   - workload: The workload's name.
    ///   - variant: Which of its figures it is.
    ///   - operation: What to enqueue.
    ///   - operations: How many.
    ///   - crowd: In which queues, and with which globals.
    ///   - queueLimit: How many of the default queue run at once; nil is any number.
    ///   - processes: How many worker processes drain it.
    ///   - worker: How each of them works.
    /// - Returns: The rate, and what each process used.
    /// - Throws: ``Problem`` when something was left undone or done twice; `PQError`.
    static func drain(
        _ laboratory: Laboratory,
        _ workload: String,
        variant: String? = nil,
        _ operation: some BenchOperation,
        _ operations: Int,
        crowd: BenchDatabase.Crowd = .init(),
        queueLimit: Int? = nil,
        processes: Int = 1,
        worker: WorkerProcess.Options
    ) async throws -> (Figure, WorkRun.Outcome) {
        try await laboratory.withDatabase { database in
            try await database.insert(operation, operations, crowd)
            if let queueLimit { try await database.limitQueue(to: queueLimit) }
            try await database.settle()
            let actions = operations * type(of: operation).actions
            let run = WorkRun(database: database, processes: processes, worker, actions: actions)
            let outcome = try await run.run()
            let proof = try await database.proof(after: 0, bodies: outcome.bodies)
            try laboratory.require(proof.faults(operations: operations, actions: actions), of: workload)
            return (try await run.figure(workload, variant: variant, outcome), outcome)
        }
    }
}
