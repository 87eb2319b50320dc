import BackOpsCommand

/// What workloads need: a server, sizes, and somebody to tell how it goes.
final class Laboratory {
    let server: BenchServer
    let options: Options
    let progress: Progress

    /// Databases that take long to fill, and serve all runs.
    private var kept: [String: BenchDatabase] = [:]

    /// What the command line says of all workloads.
    struct Options: Sendable {
        /// Multiplies the sizes.
        var scale = 1.0
        /// How many actions a worker runs at once; nil is the library's default.
        var slots: Int?
        /// Whether workers vacuum the table of jobs.
        var vacuums = true
        /// How many runs there are.
        var runs = 3
    }

    init(server: BenchServer, options: Options, progress: Progress) {
        self.server = server
        self.options = options
        self.progress = progress
    }

    /// How the workers of a workload work, unless it needs something else.
    var worker: WorkerProcess.Options {
        var worker = WorkerProcess.Options()
        worker.slots = options.slots
        worker.vacuums = options.vacuums
        return worker
    }

    /// A size at the scale that was asked for.
    func scaled(_ size: Int, atLeast least: Int = 1) -> Int {
        max(least, Int((Double(size) * options.scale).rounded()))
    }

    /// Lends a database that nobody has used, and drops it afterwards.
    func withDatabase<R>(_ body: (BenchDatabase) async throws -> R) async throws -> R {
        let database = try await BenchDatabase.create(on: server)
        let result: R
        do {
            result = try await body(database)
        } catch {
            // The first error says more than one that follows from it.
            try? await database.drop(from: server)
            throw error
        }
        try await database.drop(from: server)
        return result
    }

    /// Gives a database that is filled once, and used by every run.
    func keptDatabase(
        _ name: String,
        fill: (BenchDatabase) async throws -> Void
    ) async throws -> BenchDatabase {
        if let database = kept[name] { return database }
        let database = try await BenchDatabase.create(on: server)
        kept[name] = database
        try await fill(database)
        return database
    }

    /// Drops the databases that were kept.
    func clear() async throws {
        let databases = kept.values
        kept = [:]
        for database in databases { try await database.drop(from: server) }
    }

    /// Refuses to go on after a run in which something was left undone, or done twice.
    ///
    /// - Throws: ``Problem``.
    func require(_ faults: [String], of workload: String) throws(Problem) {
        guard !faults.isEmpty else { return }
        throw Problem(
            .error,
            "the run of \(workload) counts for nothing: \(faults.joined(separator: "; "))",
            advice: "That is a fault of the engine or of the worker, whatever the speed."
        )
    }
}
