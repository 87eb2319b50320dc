import BackOps
import LibPQ

/// A database of the benchmark's own, with the engine in it.
struct BenchDatabase: Sendable {
    let name: String
    let conninfo: String
    let database: BackOpsDatabase
    let pool: PQPool

    /// Processor time is read of these; nil when the server runs on another machine.
    let processes: ServerProcesses?

    /// Makes a database with a random name, which cannot be anybody else's, and migrates it.
    static func create(on server: BenchServer) async throws -> BenchDatabase {
        let name = "backops_bench_" + String(UInt64.random(in: .min ... .max), radix: 36)
        try await server.pool.query("create database \(identifier: name)")
        do {
            let conninfo = PQOptions.conninfo(server.conninfo, database: name)
            var database = try BackOpsDatabase(conninfo)
            database.options.applicationName = "backops bench"
            try await Migrator(database).up()
            let pool = PQPool(database.options, size: 4)
            let backend = try await pool.query("select pg_backend_pid()")[0].decode(0, as: Int32.self)
            return BenchDatabase(
                name: name,
                conninfo: conninfo,
                database: database,
                pool: pool,
                processes: ServerProcesses(backend: backend, database: name)
            )
        } catch {
            try await drop(name, on: server)
            throw error
        }
    }

    /// Ends all sessions of the database and removes it; cancellation does not keep it from that.
    func drop(from server: BenchServer) async throws {
        try await Task {
            await pool.close()
            try await Self.drop(name, on: server)
        }.value
    }

    private static func drop(_ name: String, on server: BenchServer) async throws {
        try await Task {
            do {
                try await server.pool.query("drop database if exists \(identifier: name) with (force)")
            } catch let error as PQError where error.sqlState == .insufficientPrivilege {
                // Not every role may end sessions, not even its own that are about to end; then the server waits for them.
                try await server.pool.query("drop database if exists \(identifier: name)")
            }
        }.value
    }

    // MARK: - Filling

    /// How many operations are inserted by one statement.
    private static let chunk = 10_000

    /// How many bytes of large globals are.
    private static let largeChunk = 10_000_000

    /// Registers the plan of an operation, as a worker does when it starts.
    func define(_ definition: some BenchOperation) async throws {
        let operation = type(of: definition).name
        let plan = try Plan(operation: operation, branches: definition.branches, limit: definition.limit)
        try await pool.query(
            EngineCalls(database.schema).registerDefinition(name: operation, plan: plan.jsonText)
        )
    }

    /// Lets so many actions of the default queue run at once.
    func limitQueue(to maximum: Int) async throws {
        try await pool.query(EngineCalls(database.schema).setQueueLimit("default", to: maximum, reason: nil))
    }

    /// Lets the actions of the default queue take turns by a global.
    func shareQueue(by global: String) async throws {
        try await pool.query(
            EngineCalls(database.schema).setQueueFairness("default", by: global, weights: [:], reason: nil)
        )
    }

    /// Which operations to insert.
    struct Crowd: Sendable {
        var priority: Int16 = 5
        var delay = Duration.zero
        /// Over how many queues they are spread; nil is the default queue.
        var queues: Int?
        /// How large their globals are, in bytes of text that is hard to compress.
        var globalsBytes = 0
    }

    /// The names of so many queues.
    static func queues(_ count: Int) -> [String] { (0..<count).map { "q\($0)" } }

    /// Registers a plan, and inserts operations.
    func insert(_ definition: some BenchOperation, _ count: Int, _ crowd: Crowd = Crowd()) async throws {
        try await define(definition)
        let name = type(of: definition).name
        let chunk = crowd.globalsBytes > 0 ? max(1, Self.largeChunk / crowd.globalsBytes) : Self.chunk
        var inserted = 0
        while inserted < count {
            let size = min(chunk, count - inserted)
            try await pool.query(
                """
                insert into backops.operations (name, priority, perform_at, queue, globals)
                select \(name), \(crowd.priority), backops.now() + \(crowd.delay),
                       coalesce('q' || i % \(crowd.queues.map { Int32($0) }), 'default'),
                       jsonb_strip_nulls(jsonb_build_object('n', i, 'text', (
                         select string_agg(md5(random()::text || i || part), '')
                           from generate_series(1, \(Int32(crowd.globalsBytes / 32))) as part
                       )))
                  from generate_series(\(Int32(inserted + 1)), \(Int32(inserted + size))) as i
                """
            )
            inserted += size
        }
    }

    /// Brings the tables and the log into the same state before every run: vacuumed, analysed, written.
    func settle() async throws {
        for table in ["operations", "actions", "jobs", "workers"] {
            try await pool.query("vacuum (analyze) backops.\(identifier: table)")
        }
        do {
            try await pool.query("checkpoint")
        } catch let error as PQError where error.sqlState == .insufficientPrivilege {
            // An ordinary role may not; the runs are a little less alike then.
        }
    }

    // MARK: - Looking

    /// The highest number of an operation so far; later ones are higher.
    func lastOperation() async throws -> Int64 {
        try await pool.query("select coalesce(max(id), 0) from backops.operations")[0].decode(0)
    }

    func now() async throws -> PQTimestamp {
        try await pool.query("select clock_timestamp()")[0].decode(0)
    }

    /// Counts the outcomes of the operations after a number; steps that wait are no actions.
    func proof(after id: Int64, bodies: Int?) async throws -> Proof {
        let row = try await pool.query(
            """
            select (select count(*) from backops.operations where id > \(id)),
                   (select count(*) from backops.operations where id > \(id) and state = 'completed'),
                   (select count(*) from backops.actions where operation_id > \(id) and wait is null),
                   (select count(*) from backops.actions
                     where operation_id > \(id) and wait is null and completed_at is not null and run = 1 and attempts_count = 1),
                   (select count(*) from backops.attempts),
                   (select count(*) from backops.jobs where operation_id > \(id)),
                   (select count(*) from backops.jobs where worker_id is not null)
            """
        )[0]
        return Proof(
            operations: try row.decode(0),
            completedOperations: try row.decode(1),
            actions: try row.decode(2),
            completedActions: try row.decode(3),
            attempts: try row.decode(4),
            jobs: try row.decode(5),
            claimedJobs: try row.decode(6),
            bodies: bodies
        )
    }

    /// What ends an action.
    enum End: String {
        case completed = "completed_at"
        case errored = "errored_at"
    }

    /// How long after a time the n-th, 2n-th … action ended, in seconds.
    ///
    /// - Parameters:
    ///   - start: The time.
    ///   - count: How many should have ended.
    ///   - end: How.
    ///   - parts: Into how many equal parts to divide them.
    /// - Returns: The end of each part, in order; fewer where fewer have ended.
    /// - Throws: `PQError`.
    func ends(
        since start: PQTimestamp,
        count: Int,
        _ end: End = .completed,
        parts: Int = 1
    ) async throws -> [Double] {
        let ranks = (1...parts).map { Int64(count * $0 / parts) }
        let rows = try await pool.query(
            """
            select extract(epoch from ended_at - \(start))::float8
              from (
                select ended_at, row_number() over (order by ended_at) as rank
                  from (select \(identifier: end.rawValue) as ended_at from backops.actions) as action
                 where ended_at >= \(start)
              ) as ended
             where rank = any (\(ranks))
             order by rank
            """
        )
        return try rows.map { try $0.decode(0, as: Double.self) }
    }
}
