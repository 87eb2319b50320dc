import EngineModel

/// Limits of queues: who runs, who ends, and who changes them.
extension CommandGenerator {
    /// The limit of a queue is set early, and now and then again, mostly while something of it runs.
    mutating func limitingQueue(_ model: EngineModel) -> ModelCommand {
        if model.queueLimits.isEmpty { return setQueueLimit(model) }
        switch random.below(10) {
        case 0..<3: return setQueueLimit(model)
        case 3..<5:
            if random.chance(50) { script = [claim(model)] }
            return claim(model)
        case 5..<9: return passAround(model)
        default: return .recountLimits
        }
    }

    /// A queue is made fair early, and now and then otherwise, mostly while something waits in it.
    mutating func sharingQueue(_ model: EngineModel) -> ModelCommand {
        if model.fairQueues.isEmpty { return setQueueFairness() }
        switch random.below(10) {
        case 0..<2: return setQueueFairness()
        case 2..<6:
            script = [claim(model), claim(model)]
            return claim(model)
        case 6..<9: return passAround(model, whatever: true)
        default: return .recountLimits
        }
    }

    private mutating func setQueueFairness() -> ModelCommand {
        let by = random.pick(["a", "a", "a", "c", nil]) ?? nil
        var weights: [String: Int] = [:]
        if by != nil || random.chance(3), random.chance(40) {
            weights = ["0": 2, "1": random.chance(97) ? 3 : 0]
        }
        let queue = random.chance(70) ? "default" : random.chance(95) ? "slow" : "not/one"
        return .setQueueFairness(queue, by: by, weights: weights)
    }

    mutating func setQueueLimit(_ model: EngineModel) -> ModelCommand {
        let names = random.chance(70) ? ["default"] : ["slow"]
        if random.chance(50) { script = [claim(model)] }
        return .setQueueLimit(
            random.chance(97) ? names[0] : "not/one",
            random.chance(3) ? -1 : random.pick([0, 1, 1, 1, 2, 2, 3, nil]) ?? nil
        )
    }
}
