import BackOps

extension Plannable {
    /// Keeps what the provider allows, in all processes together, whatever operations call it: 20 calls at once, and 100 a second.
    ///
    /// A tenth less, because a start that comes a little late, on a machine that is busy, comes closer to the next one.
    func withinLimitsOfProvider() -> PlannedAction {
        limit("payments", 20).rate("payments", 90, per: .seconds(1))
    }
}

/// Calls the provider, and lets nobody call it for as long as it asks for when it has had too much all the same.
func heedingProvider<Answer>(_ call: () async throws -> Answer) async throws -> Answer {
    do {
        return try await call()
    } catch let error as TooManyRequests {
        throw Failure.retry(after: error.retryAfter, closing: "payments", "\(error)")
    }
}
