import BackOps
import BackOpsTesting
import LibPQ
import TestSupport
import Testing

extension EngineDriver {
    /// The status of an operation in the view `operation_status`.
    func status(_ operation: Int64) async throws -> String {
        try await value("select status from operation_status where id = \(operation)")
    }

    /// Its state in the table.
    func state(_ operation: Int64) async throws -> String {
        try await value("select state from operations where id = \(operation)")
    }

    /// Its actions in order: `main/A completed`.
    func actions(_ operation: Int64) async throws -> [String] {
        try await values(
            "select branch || '/' || name || ' ' || status from action_status where operation_id = \(operation) order by position"
        )
    }

    /// Its history in order: `A 1.2 failed` is the second attempt of the first run of A.
    func history(_ operation: Int64) async throws -> [String] {
        try await values(
            """
            select a.name || ' ' || t.run || '.' || t.attempt || ' ' || t.outcome
              from attempts t join actions a using (operation_id, position)
             where t.operation_id = \(operation)
             order by t.id
            """
        )
    }

    /// Its globals as text.
    func globals(_ operation: Int64) async throws -> String {
        try await value("select globals::text from operations where id = \(operation)")
    }

    /// How many pages a query touches, which is run for it; the first time, the catalogue's too.
    func pages(_ query: SQLStatement) async throws -> Int {
        let text: String = try await value("explain (analyze, buffers, format json) \(query)")
        let plan = try JSONValue(parsing: text).arrayValue?.first?["Plan"]
        let counts = ["Shared Hit Blocks", "Shared Read Blocks"].map { plan?[$0]?.integerValue }
        return Int(try counts.reduce(0) { try $0 + #require($1) })
    }

    /// How many pages a query touches that changes nothing: of three times the fewest.
    ///
    /// The first of a session reads the catalogue, too, and so does any after somebody's ANALYZE, or after more changes to the
    /// catalogue, anywhere in the server, than a session keeps up with.
    func fewestPages(_ query: SQLStatement) async throws -> Int {
        var fewest = Int.max
        for _ in 1...3 { fewest = min(fewest, try await pages(query)) }
        return fewest
    }

    /// How many seconds from now its job is due.
    func wait(_ operation: Int64) async throws -> Double {
        try await value(
            "select extract(epoch from run_at - clock_now())::float8 from jobs where operation_id = \(operation)"
        )
    }

    /// Waits until some session waits for a lock that this one has.
    func untilSomebodyWaits() async throws {
        let backend: Int32 = try await value("select pg_backend_pid()")
        try await eventually("a session waits for another") {
            try await TestDatabase.current.value(
                "select exists (select from pg_stat_activity where \(backend) = any (pg_blocking_pids(pid)))",
                as: Bool.self
            )
        }
    }
}

/// Expects that the database refuses something with a state of the engine's or of PostgreSQL's.
///
/// - Returns: The error, for a look at its words.
@discardableResult
func expectRefusal<R>(
    _ state: String,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> R
) async -> PQError? {
    let error = await #expect(throws: PQError.self, sourceLocation: sourceLocation) { _ = try await body() }
    #expect(
        error?.sqlState?.rawValue == state,
        "\(String(describing: error))",
        sourceLocation: sourceLocation
    )
    return error
}
