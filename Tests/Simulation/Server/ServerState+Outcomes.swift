import BackOps
import EngineModel

extension ServerState {
    mutating func register(_ worker: Int, handlers: [String], lease: Int) {
        _ = model.register(
            ModelWorker(
                queues: ["default", "slow"],
                handlers: handlers,
                lease: lease,
                heartbeatAt: model.now
            ),
            as: worker
        )
    }

    /// Renews a worker's lease.
    ///
    /// - Returns: Whether there are suspects; nil when the lease has ended.
    mutating func renew(_ worker: Int) -> Bool? {
        let answer = apply(.heartbeat(worker: worker))
        guard answer.kind != "dead" else { return nil }
        missingSince[worker] = nil
        return answer.kind == "suspects"
    }

    mutating func forgetWorkersThatAreGone() {
        sleeping = sleeping.filter { model.workers[$0] != nil }
        attached = attached.filter { model.workers[$0.key] != nil }
        missingSince = missingSince.filter { model.workers[$0.key] != nil }
    }

    mutating func enqueue(_ request: ModelEnqueue) -> Int {
        _ = apply(.enqueue(request))
        return model.operationIDs.last ?? 0
    }

    /// Whether a worker may write under a claim.
    func owns(_ worker: Int, _ claim: Claim) -> Bool { holder(of: claim) == worker && isAlive(worker) }

    /// The target of a jump to a position.
    func target(_ position: Int, of claim: Claim) -> JumpTarget? {
        guard let operation = model.operations[Int(claim.operationID)],
            operation.actions.indices.contains(position - 1)
        else { return nil }
        let rule = operation.actions[position - 1].rule
        return JumpTarget(branch: rule.branch, action: rule.name)
    }

    /// What a worker is told of the action that it goes on with.
    func next(of claim: Claim, unless globalsAreKnown: Bool) -> CompletionResult.Next? {
        guard let holder = model.operations[Int(claim.operationID)]?.job?.holder,
            let job = job(of: Claim(operationID: claim.operationID, claimID: Self.number(of: holder.claim)))
        else { return nil }
        return CompletionResult.Next(
            claimID: job.claim.claimID,
            position: job.position,
            run: job.run,
            attempt: job.attempt,
            maxAttempts: job.maxAttempts,
            branch: job.branch,
            action: job.action,
            globals: globalsAreKnown ? nil : job.globals
        )
    }
}

extension ActionResult {
    private static let unstorable = "unstorable"

    /// Whether it sets what the database cannot store.
    var isUnstorable: Bool { patch.set.keys.contains { $0.text == Self.unstorable } }

    /// The changes of the globals, as the model takes them.
    var change: GlobalsChange? {
        guard !patch.isEmpty else { return nil }
        return Dictionary(uniqueKeysWithValues: patch.set.map { key, value in (key.text, .text("\(value)")) })
    }
}

extension FailedAttempt {
    var command: ClaimCommand {
        switch failure.decision {
        case .retry: .fail(permanent: false, retryAfter: nil, timedOut: timedOut)
        case .retryAfter(let delay):
            .fail(permanent: false, retryAfter: delay.inMicroseconds, timedOut: timedOut)
        case .permanent: .fail(permanent: true, retryAfter: nil, timedOut: timedOut)
        }
    }
}

extension SnoozedAttempt {
    var command: ClaimCommand {
        let delay =
            switch snooze.when {
            case .in(let delay): delay.inMicroseconds
            case .now, .at: 0
            }
        return .snooze(seconds: delay, atMost: snooze.atMost, within: snooze.within?.inMicroseconds)
    }
}
