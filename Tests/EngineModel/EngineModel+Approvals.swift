import BackOps

extension EngineModel {
    /// Approves or rejects what an operation asks for, which goes on.
    package mutating func decide(
        _ name: String,
        isApproved: Bool,
        of id: Int,
        shown: Int? = nil
    ) throws(ModelRefusal) -> ModelAnswer {
        var operation = try open(name, of: id, shown: shown)
        end(&operation, isApproved ? .approved : .rejected)
        settleWait(&operation)
        operations[id] = operation
        let outcome = isApproved ? "approved" : "rejected"
        return ModelAnswer(outcome, rows: [[.text(outcome)]])
    }

    /// Moves the deadline of what an operation asks for.
    package mutating func extend(
        _ name: String,
        by seconds: Int,
        of id: Int
    ) throws(ModelRefusal) -> ModelAnswer {
        var operation = try open(name, of: id)
        guard seconds > 0 else { throw .invalidArgument }
        operation.approvals[operation.approvals.count - 1].deadline = now + seconds
        operation.job?.runAt = now + seconds
        operations[id] = operation
        return ModelAnswer("ok", rows: [[.text(Rendered.time(now + seconds))]])
    }

    /// The operation, if it asks for that, and still for what was shown, and nobody is too late.
    private func open(_ name: String, of id: Int, shown: Int? = nil) throws(ModelRefusal) -> ModelOperation {
        guard let operation = operations[id] else { throw .unknownOperation }
        guard let last = operation.approvals.lastIndex(where: { $0.name == name }) else {
            let isPlanned = operation.actions.contains { $0.rule.wait?.approval == name }
            throw isPlanned ? .wrongState : .unknownTarget
        }
        if let shown, operation.approvals.indices.contains(shown) {
            guard operation.approvals[shown].name == name else { throw .unknownTarget }
            guard shown == last else { throw .wrongState }
        }
        let approval = operation.approvals[last]
        guard approval.isPending, approval.deadline ?? ModelJob.never > now else { throw .wrongState }
        return operation
    }

    func ask(_ name: String, _ operation: inout ModelOperation, at position: Int, until deadline: Int) {
        operation.approvals.append(
            ModelApproval(
                name: name,
                position: position,
                run: operation.run(at: position),
                askedAt: now,
                deadline: deadline == ModelJob.never ? nil : deadline
            )
        )
    }

    /// How somebody has ended the approval that the operation is at; nil while nobody has.
    func decided(_ wait: SampleWait, _ operation: ModelOperation) -> ModelAction.WaitOutcome? {
        guard wait.approval != nil else { return nil }
        switch operation.approvals.last?.decision {
        case .approved: return .approved
        case .rejected: return .rejected
        default: return nil
        }
    }

    /// Takes back what it has asked for and does not wait for any more.
    func withdraw(_ operation: inout ModelOperation) { end(&operation, .withdrawn) }

    func end(_ operation: inout ModelOperation, _ decision: ModelApproval.Decision) {
        guard let last = operation.approvals.indices.last, operation.approvals[last].isPending else { return }
        operation.approvals[last].decision = decision
        operation.approvals[last].decidedAt = now
    }
}
