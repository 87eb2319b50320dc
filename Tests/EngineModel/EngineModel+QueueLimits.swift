/// How many actions of a queue may run at once.
package struct ModelQueueLimit: Hashable, Sendable {
    /// What the slots of queues are called: this, and the name.
    package static let prefix = "/queue/"

    /// Nil is any number.
    package var maximum: Int?
    /// How many have a slot, or had one that is not taken off yet.
    package var holding = 0
}

extension EngineModel {
    /// Sets how many of a queue may run at once; what runs already goes on, and counts.
    mutating func setQueueLimit(_ queue: String, _ maximum: Int?) throws(ModelRefusal) -> ModelAnswer {
        guard (0...1_000_000).contains(maximum ?? 0), !queue.contains("/") else { throw .invalidArgument }
        let slot = ModelQueueLimit.prefix + queue
        var (had, marked) = (0, 0)
        for id in operationIDs {
            guard let job = operations[id]?.job, job.holder != nil else { continue }
            if maximum != nil, job.queue == queue, job.queueSlot == nil {
                operations[id]?.job?.queueSlot = slot
                held[id] = ModelHolding(operations[id]?.job)
                marked += 1
            } else if job.queueSlot == slot {
                had += 1
            }
        }
        let holding = had + marked
        if marked > 0 { limitEvents.append("counts what runs") }
        if holding > maximum ?? .max { limitEvents.append("below what runs") }
        if releases.removeValue(forKey: slot) != nil { limitEvents.append("takes releases") }
        queueLimits[queue] = ModelQueueLimit(maximum: maximum, holding: holding)
        let row: [ModelAnswer.Field] = [
            .text(queue), maximum.map { .number($0) } ?? .null, .number(holding),
        ]
        return ModelAnswer(maximum == nil ? "none" : "ok", rows: [row])
    }

    /// Whether a slot is one of a queue of which as many run as may, or more.
    package func isFull(_ slot: String) -> Bool {
        guard slot.hasPrefix(ModelQueueLimit.prefix) else { return false }
        return room(in: String(slot.dropFirst(ModelQueueLimit.prefix.count))) == 0
    }

    /// How many more of a queue may be claimed; nil where it has no limit.
    func room(in queue: String) -> Int? {
        guard let limit = queueLimits[queue], let maximum = limit.maximum else { return nil }
        return max(maximum - limit.holding, 0)
    }

    /// Gives a job that a worker has just got a slot of its queue.
    mutating func takeQueueSlot(_ id: Int) {
        guard let queue = operations[id]?.job?.queue, room(in: queue) != nil else { return }
        operations[id]?.job?.queueSlot = ModelQueueLimit.prefix + queue
        queueLimits[queue]?.holding += 1
        held[id] = ModelHolding(operations[id]?.job)
        limitEvents.append("queue slot")
    }

    /// The lanes of a worker, queue by queue in each priority, as they are looked through: each that has a limit or is fair for itself,
    /// and those between together.
    func looks(through queues: [String]) -> [[(priority: Int, queue: String)]] {
        var looks: [[(priority: Int, queue: String)]] = []
        var isOpen = false
        for priority in 0...9 {
            for queue in queues {
                let isLimited = room(in: queue) != nil || isFair(queue)
                if isOpen, !isLimited {
                    looks[looks.count - 1].append((priority, queue))
                } else {
                    looks.append([(priority, queue)])
                }
                isOpen = !isLimited
            }
        }
        return looks
    }
}
