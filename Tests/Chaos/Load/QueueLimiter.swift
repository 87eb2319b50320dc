import BackOps

/// Somebody who sets, changes and takes away how many actions may run at once of the queue that all of the load is in, and by what they
/// take turns.
struct QueueLimiter: Sendable {
    let settings: RunSettings
    let client: BackOpsClient

    func run(until deadline: ContinuousClock.Instant) async throws {
        var dice = Dice(seed: settings.seed, -3)
        while ContinuousClock.now < deadline {
            try await Task.sleep(for: dice.duration(.seconds(1) ... .seconds(6)))
            let most: Int? = dice.chance(0.5) ? nil : Int.random(in: 4...24, using: &dice)
            do {
                try await Self.set(most, client)
                if dice.chance(0.4) { try await share(&dice) }
            } catch  where Outage.explains(error) {
                // The next time.
            }
        }
    }

    private func share(_ dice: inout Dice) async throws {
        let by: String? = dice.chance(0.25) ? nil : Limited.customer
        let weights = by != nil && dice.chance(0.5) ? ["1": 4, "2": 0.5] : [:]
        try await client.setQueueFairness("default", by: by, weights: weights)
    }

    /// Lets any number run, which everything needs that is to end soon.
    static func end(_ client: BackOpsClient) async throws { try await set(nil, client) }

    private static func set(_ most: Int?, _ client: BackOpsClient) async throws {
        try await client.setQueueLimit("default", to: most)
    }
}
