import BackOps
import BackOpsTesting

/// A key of the operations of a name.
package struct ModelKey: Hashable, Sendable {
    package let name: String
    package let key: String
}

/// What is known of a key.
package struct ModelKeyEntry: Hashable, Sendable {
    package var operation: Int
    package var replaced: Int?
    package var windowBeganAt: Int
    package var freeAt: Int?
}

extension EngineModel {
    /// Enqueues under a key, in a mode that says what is done where the key is taken.
    package mutating func enqueue(
        _ request: ModelEnqueue,
        _ mode: KeyMode,
        as id: Int
    ) throws(ModelRefusal) -> ModelAnswer {
        guard let key = request.key else { throw .invalidArgument }
        guard hasTime(request) else { throw .invalidTime }
        if mode == .once {
            let answer = try enqueue(request, as: id)
            let outcome = answer.kind == "duplicate" ? "existing" : "created"
            return ModelAnswer(outcome, rows: answer.rows.map { $0 + [.text(outcome)] })
        }
        var request = request
        request.key = nil
        let entry = keys[ModelKey(name: request.name, key: key)]
        let former = entry.flatMap { operations[$0.operation] }
        var performAt = now + (request.performIn ?? 0)
        switch mode {
        case .unlessActive:
            if let former, former.state == .active { return answer("existing", former.id) }
        case .throttle:
            if let entry, let freeAt = entry.freeAt, freeAt > now {
                return answer("dropped", entry.operation)
            }
        case .replaceWaiting:
            if let former, former.isWaiting {
                return try replace(former, with: request, key, mode, performAt: performAt, "replaced")
            }
        case .debounce(let seconds, let atMost, let payload):
            guard let entry, let former, former.isWaiting else {
                performAt = max(performAt, now + seconds)
                break
            }
            request.globals = Self.combined(former.globals, request.globals, payload)
            // A rate has given it a start, which is soon.
            let runAt = former.job?.pacedAt.map { _ in now } ?? former.job?.cameAt ?? former.job?.runAt
            if let runAt, runAt <= now {
                performAt = former.performAt
            } else {
                let limit = atMost.map { entry.windowBeganAt + $0 } ?? .max
                performAt = max(performAt, min(now + seconds, limit))
            }
            let outcome = payload == .last ? "replaced" : "merged"
            return try replace(former, with: request, key, mode, performAt: performAt, outcome)
        case .once, .cancelAndReplace: break
        }
        return try create(request, mode, key, former, performAt: performAt, as: id)
    }

    /// Whether the first action can start, of which a batch is asked before anything else.
    private func hasTime(_ request: ModelEnqueue) -> Bool {
        let registered = current[request.name].map {
            catalog.plan(of: Definition(name: request.name, version: $0))
        }
        guard let plan = request.ownPlan.map({ catalog.own[$0] }) ?? registered,
            let first = PlanProgress(plan.plan).first
        else { return true }
        return dueTime(plan.actions[first - 1], request.globals) != nil
    }

    private mutating func create(
        _ request: ModelEnqueue,
        _ mode: KeyMode,
        _ key: String,
        _ former: ModelOperation?,
        performAt: Int,
        as id: Int
    ) throws(ModelRefusal) -> ModelAnswer {
        var operation = try begun(request, as: id, createdAt: now, performAt: performAt)
        operation.activeKey = key
        operation.keyMode = mode
        operations[id] = operation
        operationIDs.append(id)
        var replaced: Int?
        if mode == .cancelAndReplace, var former, former.state == .active {
            cancel(&former, nil)
            former.replacedBy = id
            operations[former.id] = former
            replaced = former.id
        }
        var freeAt: Int?
        if case .throttle(let seconds) = mode { freeAt = now + seconds }
        keys[ModelKey(name: request.name, key: key)] = ModelKeyEntry(
            operation: id,
            replaced: replaced,
            windowBeganAt: now,
            freeAt: freeAt
        )
        return answer(replaced == nil ? "created" : "replaced", id)
    }

    /// The new operation takes the place of one that waits, under its id, and with the signals that were kept.
    private mutating func replace(
        _ former: ModelOperation,
        with request: ModelEnqueue,
        _ key: String,
        _ mode: KeyMode,
        performAt: Int,
        _ outcome: String
    ) throws(ModelRefusal) -> ModelAnswer {
        var operation = try begun(request, as: former.id, createdAt: former.createdAt, performAt: performAt)
        operation.activeKey = key
        operation.keyMode = mode
        operation.signals = former.signals
        settleWait(&operation)
        operations[former.id] = operation
        keys[ModelKey(name: request.name, key: key)]?.replaced = nil
        return answer(outcome, former.id)
    }

    /// An operation that goes on after its end gets its key again, unless another active one has it.
    package mutating func regainKey(of operation: ModelOperation) throws(ModelRefusal) {
        guard let key = operation.activeKey,
            operation.keyMode == .unlessActive || operation.keyMode == .cancelAndReplace
        else { return }
        let name = ModelKey(name: operation.request.name, key: key)
        guard let holder = keys[name]?.operation, holder != operation.id else { return }
        guard operations[holder]?.state != .active else { throw .wrongState }
        keys[name]?.operation = operation.id
        keys[name]?.replaced = nil
    }

    private func answer(_ outcome: String, _ id: Int) -> ModelAnswer {
        ModelAnswer(outcome, rows: [[.operation(id), .text(outcome)]])
    }

    private static func combined(
        _ former: [String: GlobalValue],
        _ new: [String: GlobalValue],
        _ payload: KeyMode.Payload
    ) -> [String: GlobalValue] {
        if payload == .last { return new }
        return former.merging(new) { before, after in
            if payload == .append, case .list(let first) = before, case .list(let second) = after {
                return .list(first + second)
            }
            return after
        }
    }
}

extension ModelOperation {
    /// Whether nothing of it has begun.
    fileprivate var isWaiting: Bool {
        guard state == .active, let job, job.holder == nil, job.attempt == 0, job.crashes == 0,
            job.waitsSince == nil
        else {
            return false
        }
        return actions.indices.allSatisfy { index in
            let action = actions[index]
            return action.startedAt == nil && action.completedAt == nil && action.skippedAt == nil
                && run(at: index + 1) == 1 && action.earlierAttempts == 0
        }
    }
}
