extension EngineModel {
    /// Does what a limit says about an operation that has come and found it full, where that is not to wait.
    mutating func turnAway(_ id: Int) {
        guard let operation = operations[id], let job = operation.job, let gate = job.gate,
            let cameAt = job.cameAt, let limit = operation.limit
        else { return }
        let before = operations.values.filter { other in
            other.job?.gate == gate && (other.job?.cameAt ?? 0, other.id) < (cameAt, id)
        }
        switch limit.whenFull {
        case .drop:
            return cancel(id, "the limit \"\(gate)\" was full")
        case .replaceWaiting:
            for other in before {
                cancel(other.id, "operation % took its place in the line of the limit \"\(gate)\"", for: id)
            }
        case .cancelOldest:
            let others = operations.values.filter { other in
                other.id != id && (other.job?.operationSlot == gate || other.job?.gate == gate)
            }
            guard let oldest = others.map(\.id).min() else {
                // With the next look.
                operations[id]?.job?.runAt = cameAt
                operations[id]?.job?.leaveLine()
                limitEvents.append("come again")
                return
            }
            cancel(oldest, "operation % came to the limit \"\(gate)\"", for: id)
        case nil: break
        }
        let isLong = before.count { operations[$0.id]?.job != nil } >= limit.maxWaiting ?? .max
        if isLong { cancel(id, "the line of the limit \"\(gate)\" was full") }
    }

    private mutating func cancel(_ id: Int, _ reason: String, for other: Int? = nil) {
        guard var operation = operations[id] else { return }
        limitEvents.append(other == nil ? "turned away" : "outdone")
        cancel(&operation, reason)
        operation.outdoneBy = other
        operations[id] = operation
    }
}
