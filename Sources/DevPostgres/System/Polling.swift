/// Asks again and again until there is an answer, for things the system gives no notice of: another
/// process's lock, a file the server writes, a socket that begins to accept.
enum Polling {
    /// A server is ready 100 ms after it was started; this adds at most a twentieth.
    static let interval = Duration.milliseconds(5)

    /// Returns the first answer that is not nil, or nil when the time is over.
    ///
    /// Asks at least once. Throws `CancellationError` when the task is cancelled, or what `ask` throws.
    static func answer<Answer>(
        within limit: Duration,
        _ ask: () async throws -> Answer?
    ) async throws -> Answer? {
        let end = ContinuousClock.now + limit
        while true {
            if let answer = try await ask() { return answer }
            guard ContinuousClock.now < end else { return nil }
            try await Task.sleep(for: interval)
        }
    }
}
