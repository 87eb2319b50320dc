extension EngineModel {
    package mutating func register(_ worker: ModelWorker, as id: Int) -> ModelAnswer {
        workers[id] = worker
        workerIDs.append(id)
        return ModelAnswer("ok", rows: [[.worker(id)]])
    }

    /// A lease that has ended is not renewed.
    package mutating func heartbeat(_ id: Int, stopping: Bool = false) -> ModelAnswer {
        guard isAlive(id), let worker = workers[id] else {
            return ModelAnswer("dead", rows: [[.text("f"), .text("f")]])
        }
        workers[id]?.heartbeatAt = now
        if stopping { workers[id]?.stopping = true }
        let hasSuspects = operations.values.contains { isSuspect($0, for: worker) }
        return ModelAnswer(
            hasSuspects ? "suspects" : "ok",
            rows: [[.text("t"), .text(hasSuspects ? "t" : "f")]]
        )
    }

    package func isSuspect(_ operation: ModelOperation, for worker: ModelWorker) -> Bool {
        guard let job = operation.job else { return false }
        return job.crashes > 0 && job.holder == nil && job.runAt <= now && !isPaused(job.queue)
            && worker.queues.contains(job.queue) && worker.handlers.contains(job.handler)
    }

    /// Hands back what the worker holds, at no cost in attempts, and forgets it; after its lease it has nothing to say.
    package mutating func unregister(_ id: Int) -> ModelAnswer {
        var count = 0
        let wasAlive = isAlive(id)
        for operationID in operationIDs {
            guard var operation = operations[operationID], let holder = operation.job?.holder,
                holder.worker == id, wasAlive
            else { continue }
            handBack(&operation, as: "released", runAt: nil)
            operations[operationID] = operation
            count += 1
        }
        if !operations.values.contains(where: { $0.job?.holder?.worker == id }) { workers[id] = nil }
        let kind = wasAlive ? (count > 0 ? "released" : "ok") : (workers[id] == nil ? "gone" : "late")
        return ModelAnswer(kind, rows: [[.number(count)]])
    }

    /// Takes back what dead workers held.
    ///
    /// The attempt counts; the third crash in a row, or one on the last attempt, is the end.
    ///
    /// - Parameter missing: Workers that count as dead although their leases go on, because their sessions have ended.
    /// - Returns: A row for each worker that is forgotten, with the number of its jobs.
    package mutating func rescue(missing: Set<Int> = []) -> ModelAnswer {
        var rows: [[ModelAnswer.Field]] = []
        var wasEnd = false
        for id in workerIDs where workers[id] != nil && (!isAlive(id) || missing.contains(id)) {
            var count = 0
            for operationID in operationIDs {
                guard var operation = operations[operationID], operation.job?.holder?.worker == id
                else { continue }
                recordCrash(&operation)
                wasEnd = wasEnd || operation.state == .failed
                operations[operationID] = operation
                count += 1
            }
            workers[id] = nil
            rows.append([.worker(id), .number(count)])
        }
        let rescued = rows.contains { $0[1] != .number(0) }
        let kind = rows.isEmpty ? "nobody" : !rescued ? "idle" : wasEnd ? "convicted" : "rescued"
        return ModelAnswer(kind, rows: rows, isUnordered: true)
    }

    private func recordCrash(_ operation: inout ModelOperation) {
        guard var job = operation.job, let holder = job.holder, let position = job.position else { return }
        let action = operation.actions[position - 1]
        let isEnd = job.crashes >= 2 || job.attempt >= action.rule.maxAttempts
        record(&operation, "crashed", error: "crashed", endsOperation: isEnd)
        operation.actions[position - 1].startedAt = holder.claimedAt
        operation.actions[position - 1].attemptsCount = job.attempt
        operation.actions[position - 1].erroredAt = now
        operation.actions[position - 1].errorType = "crashed"
        if isEnd {
            stop(&operation, .failed, at: position)
        } else {
            job.holder = nil
            job.crashes += 1
            operation.job = job
        }
    }

    /// Writes the attempt that holds the job into the history.
    package func record(
        _ operation: inout ModelOperation,
        _ outcome: String,
        error: String? = nil,
        endsOperation: Bool = false
    ) {
        guard let job = operation.job, let holder = job.holder, let position = job.position else { return }
        operation.attempts.append(
            ModelAttempt(
                position: position,
                run: operation.run(at: position),
                attempt: operation.actions[position - 1].earlierAttempts + job.attempt,
                outcome: outcome,
                endsOperation: endsOperation,
                worker: holder.worker,
                claim: holder.claim,
                startedAt: holder.claimedAt,
                endedAt: now,
                errorType: error
            )
        )
    }
}
