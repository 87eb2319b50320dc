import LibPQ

/// Runs a closure with a throw-away installation of the engine, which is dropped or emptied afterwards, whatever the closure does.
///
/// The server is the one that the variable `BACKOPS_TEST_DATABASE_URL` names, whose role must be allowed to create
/// schemas and databases; without it a private one is started, once per process, and ends with the process. Inside the
/// closure ``TestDatabase/current`` is the same database.
///
/// At most 16 closures of a process run at once; further callers wait.
///
/// - Parameters:
///   - isolation: Whether a schema is enough.
///   - poolSize: The most connections of ``TestDatabase/pool``, 1 or more.
///   - body: What needs the database.
/// - Returns: What the closure returns.
/// - Throws: What the closure throws; `DevPostgresError` when no server could be started; `PQError` when the schema could
///   not be made or dropped, for instance because a connection that the closure left behind still uses it.
public func withTestDatabase<R: Sendable>(
    isolation: TestDatabase.Isolation = .schema,
    poolSize: Int = 8,
    _ body: (TestDatabase) async throws -> R
) async throws -> R {
    // One inside another waits for no slot: the outer one would never give up its own.
    guard TestDatabase.bound == nil else { return try await lend(isolation, poolSize, body) }
    return try await TestSlots.shared.withSlot { try await lend(isolation, poolSize, body) }
}

private func lend<R: Sendable>(
    _ isolation: TestDatabase.Isolation,
    _ poolSize: Int,
    _ body: (TestDatabase) async throws -> R
) async throws -> R {
    let server = try await TestServer.shared
    let installation = try await server.install(isolation)
    let database = TestDatabase(installation, poolSize: poolSize)
    let result: Result<R, any Error>
    do {
        result = .success(try await TestDatabase.$bound.withValue(database) { try await body(database) })
    } catch {
        result = .failure(error)
    }
    // A test that ran out of time is cancelled, and what it made is to be dropped nevertheless.
    let dropping = await Task {
        await database.pool.close()
        try await server.remove(installation)
    }.result
    // The closure's error says more than one that follows from it.
    if case .success = result { try dropping.get() }
    return try result.get()
}
