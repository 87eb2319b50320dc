/// Runs a closure with a private server, which is stopped afterwards whatever the closure does.
///
/// - Parameters:
///   - settings: Where and how the server runs; a throw-away server by default.
///   - body: What needs the server. It may not keep the server beyond its return.
/// - Returns: What the closure returns.
/// - Throws: What the closure throws, or ``DevPostgresError`` when the server does not start or stop.
public func withDevPostgres<Result>(
    _ settings: DevPostgres.Settings = .init(),
    _ body: (DevPostgres) async throws -> Result
) async throws -> Result {
    let server = try await DevPostgres.start(settings)
    let result: Result
    do {
        result = try await body(server)
    } catch {
        // The closure's error says more than one that follows from it.
        try? await server.stop()
        throw error
    }
    try await server.stop()
    return result
}
