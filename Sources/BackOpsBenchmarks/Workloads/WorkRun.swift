import BackOps
import BackOpsCommand
import LibPQ

/// Worker processes that run what is in a database, from a cold start to the last completion.
struct WorkRun {
    let database: BenchDatabase

    /// How many worker processes there are.
    var processes: Int

    /// How each of them works.
    var options: WorkerProcess.Options

    /// How many actions there are to run.
    let actions: Int

    /// Ends the run after these actions, although there are more.
    var leavesRest: Bool

    init(
        database: BenchDatabase,
        processes: Int = 1,
        _ options: WorkerProcess.Options,
        actions: Int,
        leavesRest: Bool = false
    ) {
        self.database = database
        self.processes = processes
        self.options = options
        self.actions = actions
        self.leavesRest = leavesRest
        if leavesRest { self.options.stopAfter = actions }
    }

    /// What a run gave.
    struct Outcome {
        /// The database's time just before the first process was started.
        let start: PQTimestamp
        /// What each process says of itself.
        let workers: [WorkerReport]
        /// Processor time of the server in seconds; nil when it runs on another machine.
        let serverSeconds: Double?

        var bodies: Int { workers.reduce(0) { $0 + $1.bodies } }
    }

    /// How often the database is asked whether all is done; the time is taken from the actions themselves.
    private static let interval = Duration.milliseconds(50)

    /// The least rate that is waited for, in actions per second.
    private static let patience = 100

    /// Starts the processes, and returns when they have ended.
    ///
    /// - Parameters:
    ///   - last: Operations up to this number are not waited for.
    ///   - meanwhile: Runs before the end is waited for; to be left when a process has ended.
    /// - Returns: What the processes and the server used.
    /// - Throws: ``Problem`` when a process failed or nothing moves; `PQError`.
    func run(
        after last: Int64 = 0,
        meanwhile: ([WorkerProcess]) async throws -> Void = { _ in }
    ) async throws -> Outcome {
        let serverBefore = database.processes?.seconds
        let start = try await database.now()
        let processes = try (0..<processes).map { _ in
            try WorkerProcess(database, options)
        }
        try await meanwhile(processes)
        try await waitForEnd(of: processes, after: last)
        var reports: [WorkerReport] = []
        for process in processes { reports.append(try await process.stop()) }
        let serverAfter = database.processes?.seconds
        return Outcome(
            start: start,
            workers: reports,
            serverSeconds: serverBefore.flatMap { before in serverAfter.map { $0 - before } }
        )
    }

    private func waitForEnd(of processes: [WorkerProcess], after last: Int64) async throws {
        let end = ContinuousClock.now + .seconds(120 + actions / Self.patience)
        while ContinuousClock.now < end {
            // One that has ended too early says why when it is stopped.
            if processes.contains(where: \.hasEnded) { return }
            if !leavesRest, try await isEmpty(after: last) { return }
            try await Task.sleep(for: Self.interval)
        }
        throw Problem(
            .error,
            "the workers have not run \(actions) actions within \(120 + actions / Self.patience) s"
        )
    }

    /// Whether no job is left.
    ///
    /// The last one by number is found at the end of an index, whatever lies before it.
    private func isEmpty(after last: Int64) async throws -> Bool {
        try await database.pool.query(
            "select coalesce(max(operation_id), 0) <= \(last) from backops.jobs"
        )[0].decode(0)
    }

    /// Makes a figure of an outcome.
    ///
    /// - Parameters:
    ///   - workload: The workload's name.
    ///   - variant: Which of its figures it is.
    ///   - outcome: What the run gave.
    ///   - end: How its actions ended.
    /// - Returns: The rate over all actions.
    /// - Throws: `PQError`.
    func figure(
        _ workload: String,
        variant: String? = nil,
        _ outcome: Outcome,
        end: BenchDatabase.End = .completed
    ) async throws -> Figure {
        let seconds = try await database.ends(since: outcome.start, count: actions, end).last ?? 0
        let perAction = 1e6 / Double(max(1, outcome.bodies))
        return Figure(
            workload: workload,
            variant: variant,
            value: seconds > 0 ? Double(actions) / seconds : 0,
            unit: .actionsPerSecond,
            count: actions,
            seconds: seconds,
            workerMicroseconds: outcome.workers.reduce(0) { $0 + $1.processorSeconds } * perAction,
            serverMicroseconds: outcome.serverSeconds.map { $0 * perAction },
            megabytes: outcome.workers.compactMap(\.megabytes).max()
        )
    }
}
