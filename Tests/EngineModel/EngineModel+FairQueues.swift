/// By which global the actions of a queue take turns, and how much each value gets.
package struct ModelFairQueue: Hashable, Sendable {
    /// Nil is no more.
    package var by: String?
    package var weights: [String: Int] = [:]
}

/// A priority of a fair queue.
package struct ModelFairLane: Hashable, Sendable {
    package struct ID: Hashable, Sendable {
        package let queue: String
        package let priority: Int
    }

    /// Turns are shown in parts of one, of which each key that is new has one to itself.
    package static let parts = 1_048_576.0

    package var clock = 0.0
    package var fresh = 0.0
    package var firstTurn = 0.0
    /// The next turn of each key.
    package var keys: [String: Double] = [:]
}

extension EngineModel {
    /// What the queues of jobs that have a turn begin with.
    package static let fairPrefix = "/fair/"

    mutating func setQueueFairness(
        _ queue: String,
        by key: String?,
        _ weights: [String: Int]
    ) throws(ModelRefusal) -> ModelAnswer {
        guard !queue.contains("/"), key != nil || weights.isEmpty,
            weights.values.allSatisfy({ (1...100).contains($0) })
        else { throw .invalidArgument }
        fairQueues[queue] = ModelFairQueue(by: key, weights: weights)
        return ModelAnswer(key == nil ? "none" : "ok", rows: [[.text(queue), .text(key ?? "")]])
    }

    /// Whether an operation does not go on in it at the worker that it is at.
    func takesTurns(_ queue: String) -> Bool { fairQueues[queue]?.by != nil }

    /// Whether a claim has to look for turns in it.
    func isFair(_ queue: String) -> Bool {
        guard let fair = fairQueues[queue] else { return false }
        return fair.by != nil || operations.values.contains { $0.job?.turn != nil && $0.job?.queue == queue }
    }

    /// Takes jobs of one priority of a fair queue: of `due`, which the worker may run, so many at most.
    mutating func pickInTurn(
        _ due: [Int],
        of lane: ModelFairLane.ID,
        limit: Int,
        for worker: ModelWorker
    ) -> [Int] {
        guard let fair = fairQueues[lane.queue] else { return [] }
        let hasTurns = fair.by == nil || giveTurns(fair, lane, limit, worker)
        var picked: [Int] = []
        if hasTurns {
            let waiting = due.filter { operations[$0]?.job?.turn != nil }
            picked = Array(waiting.sorted { turnRank($0) < turnRank($1) }.prefix(limit))
            if !picked.isEmpty { limitEvents.append("in turn") }
        } else if !due.isEmpty {
            limitEvents.append("without turns")
        }
        if fair.by == nil || !hasTurns {
            picked += due.filter { operations[$0]?.job?.turn == nil }.prefix(limit - picked.count)
        }
        return picked
    }

    /// Gives turns to what is due; false where the claim takes all of it.
    private mutating func giveTurns(
        _ fair: ModelFairQueue,
        _ id: ModelFairLane.ID,
        _ limit: Int,
        _ worker: ModelWorker
    ) -> Bool {
        let jobs = operationIDs.filter { operation in
            guard let job = operations[operation]?.job else { return false }
            return job.queue == id.queue && operations[operation]?.request.priority == id.priority
                && job.holder == nil && job.crashes == 0 && job.runAt <= now
        }
        let front = jobs.filter { operations[$0]?.job?.turn != nil }.sorted { turnRank($0) < turnRank($1) }
            .prefix(100)
        let arrivals = jobs.filter { operations[$0]?.job?.turn == nil }
            .sorted { arrivalRank($0) < arrivalRank($1) }
        if front.isEmpty, arrivals.count <= limit { return false }
        var lane = fairLanes[id] ?? ModelFairLane()
        let known = front.first { worker.handlers.contains(operations[$0]?.job?.handler ?? "") }
        let first = front.first.map { turnRank($0).0 } ?? lane.keys.values.max()
        lane.clock = max(lane.clock, (known ?? front.last).map { turnRank($0).0 } ?? first ?? lane.clock)
        lane.firstTurn = min(first ?? lane.clock, lane.clock)
        lane.fresh = max(lane.fresh, lane.clock)
        lane.keys = lane.keys.filter { $0.value > lane.clock }
        var (bases, ahead): ([String: Double], [String: Int]) = ([:], [:])
        var fresh = 0
        for operation in arrivals.prefix(max(10 * limit, 1000)) {
            guard let row = operations[operation] else { continue }
            let key = String(gate("", by: fair.by, row).dropFirst())
            if bases[key] == nil, lane.keys[key] == nil { fresh += 1 }
            let base = bases[key] ?? lane.keys[key] ?? lane.fresh + Double(fresh) / ModelFairLane.parts
            let weight = Double(fair.weights[key] ?? 1)
            bases[key] = base
            operations[operation]?.job?.turn = base + Double(ahead[key, default: 0]) / weight
            ahead[key, default: 0] += 1
            lane.keys[key] = base + Double(ahead[key, default: 0]) / weight
            limitEvents.append(weight > 1 ? "weighty turn" : "turn")
        }
        lane.fresh += Double(fresh) / ModelFairLane.parts
        fairLanes[id] = lane
        return true
    }

    private func turnRank(_ id: Int) -> (Double, Int) { (operations[id]?.job?.turn ?? 0, id) }

    private func arrivalRank(_ id: Int) -> (Int, Int) { (operations[id]?.job?.runAt ?? 0, id) }
}
