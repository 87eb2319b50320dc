import ArgumentParser
import BackOps
import LibPQ

/// How long a command waits for a database that is not there yet.
struct WaitOptions: ParsableArguments {
    @Option(
        name: .customLong("wait"),
        help: ArgumentHelp("Wait so long for the database to come up: 30s, 2m.", valueName: "duration"),
        transform: DurationText.parse
    )
    var limit: Duration?

    /// How often it looks.
    private static let interval = Duration.milliseconds(250)

    /// Returns when the database takes connections.
    ///
    /// - Throws: `PQError` when it does not in time, or at once when it answers that it never will: a wrong password.
    func untilReachable(_ database: BackOpsDatabase) async throws {
        guard let limit else { return }
        let end = ContinuousClock.now + limit
        while !(try await isReachable(database, orThrowAfter: end)) {
            try await Task.sleep(for: Self.interval)
        }
    }

    private func isReachable(
        _ database: BackOpsDatabase,
        orThrowAfter end: ContinuousClock.Instant
    ) async throws -> Bool {
        do {
            let connection = try await PQConnection.connect(database.options)
            await connection.close()
            return true
        } catch {
            guard error.isTransient, ContinuousClock.now < end else { throw error }
            return false
        }
    }
}
