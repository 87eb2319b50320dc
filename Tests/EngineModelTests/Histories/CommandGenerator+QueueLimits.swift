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

    mutating func setQueueLimit(_ model: EngineModel) -> ModelCommand {
        let names = random.chance(70) ? ["default"] : ["slow"]
        if random.chance(50) { script = [claim(model)] }
        return .setQueueLimit(
            random.chance(97) ? names[0] : "not/one",
            random.chance(3) ? -1 : random.pick([0, 1, 1, 1, 2, 2, 3, nil]) ?? nil
        )
    }
}
