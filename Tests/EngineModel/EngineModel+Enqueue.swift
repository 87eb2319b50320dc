import BackOps
import BackOpsTesting

extension EngineModel {
    /// At most one operation per name and key; a plan that nobody has registered is waited for.
    package mutating func enqueue(_ request: ModelEnqueue, as id: Int) throws(ModelRefusal) -> ModelAnswer {
        if let key = request.key,
            let taken = operations.values.first(where: {
                $0.request.name == request.name && $0.request.key == key
            })
        {
            return ModelAnswer("duplicate", rows: [[.operation(taken.id)]])
        }
        let operation = try begun(request, as: id, createdAt: now, performAt: now + (request.performIn ?? 0))
        operations[id] = operation
        operationIDs.append(id)
        return ModelAnswer(operation.parkedAt == nil ? "ok" : "parked", rows: [[.operation(id)]])
    }

    /// A new operation at its first action, or parked.
    package mutating func begun(
        _ request: ModelEnqueue,
        as id: Int,
        createdAt: Int,
        performAt: Int
    ) throws(ModelRefusal) -> ModelOperation {
        var operation = ModelOperation(
            id: id,
            request: request,
            createdAt: createdAt,
            performAt: performAt,
            globals: request.globals
        )
        if let own = request.ownPlan {
            try start(&operation, catalog.own[own], definition: nil)
            try declare(catalog.own[own], replaces: false)
        } else if let version = current[request.name] {
            let definition = Definition(name: request.name, version: version)
            try start(&operation, catalog.plan(of: definition), definition: definition)
        } else {
            park(&operation)
        }
        // One that was put off until a time that is over keeps its place among those that wait.
        if let position = operation.job?.position, !operation.actions[position - 1].rule.hasTime {
            operation.job?.runAt = operation.performAt
        }
        settleWait(&operation)
        return operation
    }

    /// The current version is the one that was registered last; what was parked for want of it starts.
    package mutating func register(_ definition: Definition) throws(ModelRefusal) -> ModelAnswer {
        try declare(catalog.plan(of: definition), replaces: true)
        let kind = registered.insert(definition).inserted ? "new" : "known"
        current[definition.name] = definition.version
        _ = unpark(definition.name)
        return ModelAnswer(kind, rows: [[.definition(name: definition.name, version: definition.version)]])
    }

    package mutating func unpark(_ name: String) -> Int {
        guard let version = current[name] else { return 0 }
        let definition = Definition(name: name, version: version)
        var count = 0
        for id in operationIDs {
            guard var operation = operations[id], operation.request.name == name, operation.parkedAt != nil
            else { continue }
            count += 1
            operation.parkedAt = nil
            do throws(ModelRefusal) {
                try start(&operation, catalog.plan(of: definition), definition: definition)
                settleWait(&operation)
            } catch {
                // Its time is none, and nobody waits for an answer any more: it fails where it would start.
                refuse(&operation, "InvalidPerformAt", at: operation.progress?.first ?? 1)
            }
            operations[id] = operation
        }
        return count
    }

    package func park(_ operation: inout ModelOperation) {
        operation.parkedAt = now
        operation.job = ModelJob(
            runAt: ModelJob.never,
            stepsLeft: operation.request.stepLimit,
            queue: operation.request.queue,
            handler: operation.handler("")
        )
    }

    /// Copies a plan and points to its first action.
    private func start(
        _ operation: inout ModelOperation,
        _ plan: SamplePlan,
        definition: Definition?
    ) throws(ModelRefusal) {
        let progress = PlanProgress(plan.plan)
        operation.progress = progress
        operation.actions = plan.actions.map(ModelAction.init)
        operation.limit = plan.limit
        guard let first = progress.first else { return }
        let rule = operation.actions[first - 1].rule
        guard let due = dueTime(rule, operation.globals) else { throw .invalidTime }
        operation.job = ModelJob(
            runAt: max(operation.performAt, due),
            definition: definition,
            position: first,
            stepsLeft: operation.request.stepLimit,
            queue: operation.queue(of: rule, nil),
            handler: operation.handler(rule.name)
        )
    }

    /// Fails an operation at an action that cannot start at all.
    package func refuse(_ operation: inout ModelOperation, _ error: String, at position: Int) {
        operation.actions[position - 1].erroredAt = now
        operation.actions[position - 1].errorType = error
        operation.attempts.append(
            ModelAttempt(
                position: position,
                run: operation.run(at: position),
                attempt: 0,
                outcome: "refused",
                endsOperation: true,
                endedAt: now,
                errorType: error
            )
        )
        stop(&operation, .failed, at: position)
    }

    /// Ends an active operation as failed or cancelled.
    package func stop(
        _ operation: inout ModelOperation,
        _ state: ModelOperation.State,
        at position: Int?,
        reason: String? = nil
    ) {
        operation.state = state
        operation.endedAt = now
        operation.stoppedPosition = position
        operation.stopReason = reason
        operation.parkedAt = nil
        withdraw(&operation)
        operation.job = nil
    }
}
