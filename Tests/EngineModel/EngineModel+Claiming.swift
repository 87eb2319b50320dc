extension EngineModel {
    /// Takes due jobs that the worker knows, best priority first, then queue by queue, then oldest first.
    package mutating func claim(by id: Int, limit: Int, step: Int) throws(ModelRefusal) -> ModelAnswer {
        let worker = try claimant(id)
        _ = advanceWaits(limit: max(limit, 100))
        noteReleases()
        _ = advanceLimits()
        let due = due(for: worker)
        var picked: [Int] = []
        for lanes in looks(through: worker.queues) {
            let found = due.filter { id in lanes.contains { isIn(id, in: $0) } }
            let queue = lanes[0].queue
            guard picked.count < limit else { break }
            let most = min(
                limit - picked.count,
                room(in: queue).map { room in room - picked.count { self.queue($0) == queue } } ?? .max
            )
            if found.count > most, most < limit - picked.count { limitEvents.append("queue full") }
            if isFair(queue) {
                guard most > 0, !isPaused(queue) else { continue }
                let lane = ModelFairLane.ID(queue: queue, priority: lanes[0].priority)
                picked += pickInTurn(found, of: lane, limit: most, for: worker)
            } else {
                picked += answerOrder(Array(found.prefix(most)))
            }
        }
        return take(picked, by: id, step: step)
    }

    /// The jobs that the worker may claim, best priority first, then queue by queue, then oldest first.
    private func due(for worker: ModelWorker) -> [Int] {
        let due = operations.values.filter { operation in
            guard let job = operation.job else { return false }
            return job.holder == nil && job.crashes == 0 && job.runAt <= now && !isPaused(job.queue)
                && worker.queues.contains(job.queue) && worker.handlers.contains(job.handler)
        }
        func rank(_ operation: ModelOperation) -> [Int] {
            let lane = worker.queues.firstIndex(of: operation.job?.queue ?? "") ?? 0
            return [operation.request.priority, lane, operation.job?.runAt ?? 0, operation.id]
        }
        return due.sorted { rank($0).lexicographicallyPrecedes(rank($1)) }.map(\.id)
    }

    private func isIn(_ id: Int, in lane: (priority: Int, queue: String)) -> Bool {
        operations[id]?.request.priority == lane.priority && queue(id) == lane.queue
    }

    private func queue(_ id: Int) -> String? { operations[id]?.job?.queue }

    /// Takes one job whose worker died.
    package mutating func claimSuspect(by id: Int, step: Int) throws(ModelRefusal) -> ModelAnswer {
        let worker = try claimant(id)
        let all = operations.values.filter { isSuspect($0, for: worker) }
        let suspects = all.filter { $0.job.map { room(in: $0.queue) != 0 } ?? false }
        if suspects.count < all.count { limitEvents.append("queue full") }
        let picked = suspects.min { ($0.job?.runAt ?? 0, $0.id) < ($1.job?.runAt ?? 0, $1.id) }
        return take(picked.map { [$0.id] } ?? [], by: id, step: step)
    }

    package func held(by id: Int) -> ModelAnswer {
        let held = operationIDs.filter { isAlive(id) && operations[$0]?.job?.holder?.worker == id }
        return ModelAnswer(held.isEmpty ? "none" : "some", rows: described(answerOrder(held)))
    }

    private func claimant(_ id: Int) throws(ModelRefusal) -> ModelWorker {
        guard isAlive(id), let worker = workers[id], !worker.stopping else { throw .unknownWorker }
        return worker
    }

    /// The attempt is counted now, so that a crash counts.
    private mutating func take(_ picked: [Int], by worker: Int, step: Int) -> ModelAnswer {
        for (index, id) in picked.enumerated() {
            hold(id, by: worker, as: Token(step: step, index: index))
            operations[id]?.job?.attempt += 1
            takeQueueSlot(id)
        }
        return ModelAnswer(picked.isEmpty ? "none" : "some", rows: described(picked))
    }

    package mutating func hold(_ operation: Int, by worker: Int, as claim: Token) {
        operations[operation]?.job?.holder = .init(worker: worker, claim: claim, claimedAt: now)
        operations[operation]?.job?.turn = nil
        claims[claim] = (worker, operation)
        tokens.append(claim)
    }

    private func answerOrder(_ ids: [Int]) -> [Int] {
        func rank(_ id: Int) -> [Int] {
            [operations[id]?.request.priority ?? 0, operations[id]?.job?.runAt ?? 0, id]
        }
        return ids.sorted { rank($0).lexicographicallyPrecedes(rank($1)) }
    }

    private func described(_ ids: [Int]) -> [[ModelAnswer.Field]] {
        ids.compactMap { operations[$0] }.compactMap(description)
    }

    /// What a worker is told of a job that it holds.
    private func description(_ operation: ModelOperation) -> [ModelAnswer.Field]? {
        guard let job = operation.job, let holder = job.holder, let position = job.position else {
            return nil
        }
        let rule = operation.actions[position - 1].rule
        let earlier = operation.actions[position - 1].earlierAttempts
        let plan = operation.actions.map { #"["\#($0.rule.branch)","\#($0.rule.name)"]"# }
        return [
            .operation(operation.id), .claim(holder.claim),
            job.definition.map { .definition(name: $0.name, version: $0.version) } ?? .null,
            .number(position), .number(operation.run(at: position)), .number(earlier + job.attempt),
            .number(earlier + rule.maxAttempts), .number(operation.request.priority),
            .text(Rendered.time(job.runAt)),
            .text(Rendered.time(operation.createdAt)), .text(job.queue), .text(operation.request.name),
            .text(rule.branch), .text(rule.name), .text(Rendered.globals(operation.globals)),
            .text(job.definition == nil ? "[\(plan.joined(separator: ","))]" : ""),
        ]
    }
}
