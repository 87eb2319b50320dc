import BackOps
import BackOpsTesting

extension EngineModel {
    /// What a person does to an operation.
    package mutating func steer(_ id: Int, _ command: SteeringCommand) throws(ModelRefusal) -> ModelAnswer {
        guard var operation = operations[id] else { throw .unknownOperation }
        switch command {
        case .setGlobal(let key, let value): operation.globals[key] = value
        case .cancel(let reason):
            guard operation.state == .active else { throw .wrongState }
            cancel(&operation, reason)
        case .retry: try retry(&operation)
        case .reschedule(let seconds):
            guard operation.state == .active, operation.parkedAt == nil, operation.job?.holder == nil else {
                throw .wrongState
            }
            operation.job?.runAt = now + seconds
            operation.job?.leaveLine()
            operation.job?.giveBack()
            operation.job?.turn = nil
            if let last = operation.approvals.indices.last, operation.approvals[last].isPending {
                operation.approvals[last].deadline = now + seconds
            }
            settleWait(&operation)
        case .wakeUp: try wakeUp(&operation)
        case .jump(let target):
            guard operation.state != .completed else { throw .wrongState }
            try jump(&operation, to: target, atOnce: false)
        case .runFrom(let target): try jump(&operation, to: target, atOnce: true)
        case .skip:
            guard operation.state != .completed else { throw .wrongState }
            try skip(&operation)
        }
        operations[id] = operation
        // A parked operation that was retried starts as soon as its name is known, which may be now.
        if command == .retry, operation.parkedAt != nil { _ = unpark(operation.request.name) }
        return ModelAnswer("ok", rows: [[.operation(id), .text(operations[id]?.state.rawValue ?? "")]])
    }

    /// Nothing of the queue is claimed any more, nor handed on within an operation.
    package mutating func pause(_ queue: String, _ seconds: Int?) -> ModelAnswer {
        paused[queue] = seconds.map { now + $0 } ?? .max
        return ModelAnswer(
            "ok",
            rows: [[.text(queue), seconds.map { .text(Rendered.time(now + $0)) } ?? .null]]
        )
    }

    package mutating func resume(_ queue: String) throws(ModelRefusal) -> ModelAnswer {
        guard paused.removeValue(forKey: queue) != nil else { throw .wrongState }
        return ModelAnswer("ok", rows: [[.text(queue)]])
    }

    package func isPaused(_ queue: String) -> Bool { paused[queue].map { $0 > now } ?? false }

    package func cancel(_ operation: inout ModelOperation, _ reason: String?) {
        let job = operation.job
        if let job, let holder = job.holder, let position = job.position {
            record(&operation, "cancelled")
            operation.actions[position - 1].startedAt = holder.claimedAt
            operation.actions[position - 1].attemptsCount = job.attempt
        }
        stop(&operation, .cancelled, at: job?.position, reason: reason)
    }

    /// On at the action where it stopped, or, while it waits for its next attempt, at once.
    private mutating func retry(_ operation: inout ModelOperation) throws(ModelRefusal) {
        guard operation.state != .completed else { throw .wrongState }
        if operation.state == .active {
            guard let job = operation.job, job.holder == nil, job.attempt > 0, let position = job.position
            else { throw .wrongState }
            try point(&operation, at: position)
        } else if let position = operation.stoppedPosition {
            try point(&operation, at: position)
        } else {
            try regainKey(of: operation)
            operation.state = .active
            operation.endedAt = nil
            operation.stopReason = nil
            park(&operation)
        }
    }

    private mutating func jump(
        _ operation: inout ModelOperation,
        to target: JumpTarget,
        atOnce: Bool
    ) throws(ModelRefusal) {
        guard operation.job?.holder == nil, let before = operation.progress else { throw .wrongState }
        let position = try find(target, in: operation)
        var after = before
        after.jump(to: position)
        settle(&operation, before, after)
        operation.renewBudgets()
        try point(&operation, at: position, atOnce: atOnce)
    }

    private mutating func skip(_ operation: inout ModelOperation) throws(ModelRefusal) {
        guard operation.job?.holder == nil, let before = operation.progress,
            let position = operation.stoppedPosition ?? operation.job?.position,
            let branch = before.plan.entry(at: position)?.branch
        else { throw .wrongState }
        var after = before
        after[position].status = .skipped
        settle(&operation, before, after)
        let open = after.plan.entries.filter { after[$0.position].status == .open }
        let next =
            open.first { $0.branch == branch && $0.position > position } ?? open.first { $0.branch == .main }
        if let next {
            try point(&operation, at: next.position)
        } else {
            operation.state = .completed
            operation.endedAt = now
            operation.stoppedPosition = nil
            operation.stopReason = nil
            withdraw(&operation)
            operation.job = nil
        }
    }

    /// Makes an action the next one, with a fresh budget of attempts and of steps.
    private mutating func point(
        _ operation: inout ModelOperation,
        at position: Int,
        atOnce: Bool = false
    ) throws(ModelRefusal) {
        let action = operation.actions[position - 1]
        var runAt = now
        // A wait begins anew.
        if action.startedAt == nil || action.rule.wait != nil, !atOnce {
            guard let due = dueTime(action.rule, operation.globals) else { throw .invalidTime }
            runAt = max(operation.performAt, due)
        }
        if operation.state != .active { try regainKey(of: operation) }
        withdraw(&operation)
        let slot = operation.operationSlot(operation.job?.operationSlot, at: action.rule)
        operation.job = ModelJob(
            runAt: runAt,
            definition: operation.job?.definition,
            position: position,
            stepsLeft: operation.request.stepLimit,
            queue: operation.queue(of: action.rule, slot),
            handler: operation.handler(action.rule.name),
            operationSlot: slot
        )
        operation.actions[position - 1].renewBudget()
        operation.state = .active
        operation.endedAt = nil
        operation.stoppedPosition = nil
        operation.stopReason = nil
        settleWait(&operation)
    }
}
