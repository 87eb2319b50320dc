import LibPQ
import Logging

/// What the server refuses.
extension Dispatcher {
    /// A statement was refused by the server, which did nothing then.
    mutating func refuse(_ part: Request, _ error: PQError) {
        if error.sqlState == .unknownWorker {
            inbox.leaseEnded()
            return
        }
        switch Refusal(error.sqlState) {
        case .contention: sendAgainAt = .now + refusals.next(using: &jitter)
        case .trouble: wait(for: error)
        case .content: refuseContent(of: part, error)
        case .unexpected where part.isLog: dropLogs(error)
        case .unexpected:
            sendAgainAt = .now + refusals.next(using: &jitter)
            if part.isOutcome { sendsSingly = true }
            logger.error("a statement of the worker was refused", metadata: ["error": "\(error)"])
        }
    }

    /// The database takes no writes for now: says so once, and keeps everything until it does.
    mutating func wait(for error: PQError?) {
        sendAgainAt = .now + refusals.next(using: &jitter)
        // What is too much for one statement may do in several.
        sendsSingly = true
        guard !isInTrouble else { return }
        isInTrouble = true
        logger.warning(
            "database refuses what the worker writes; it tries again until it is taken",
            metadata: ["error": "\(error?.description ?? "")"]
        )
    }

    /// The database cannot store what a statement asks for.
    private mutating func refuseContent(of part: Request, _ error: PQError) {
        sendAgainAt = .now + refusals.next(using: &jitter)
        switch part {
        case .complete(let completions, _) where completions.count == 1:
            failCompletion(completions[0], error)
        case .fail(let attempts) where attempts.count == 1: giveUp([attempts[0].claim], error)
        case .snooze(let attempts) where attempts.count == 1: giveUp([attempts[0].claim], error)
        case .release(let claims, _): forget(claims, error)
        case .logs: dropLogs(error)
        case .complete, .fail, .snooze: sendsSingly = true
        case .describe(let claim):
            undescribed.removeAll { $0 == claim }
            putAside(claim, error)
        // The server cannot send one of the jobs: which one shows when each is asked for by itself.
        case .claim(_, unseen: false), .claimSuspect(unseen: false), .held(unseen: false):
            logger.warning(
                "jobs cannot be read together; each is read by itself",
                metadata: ["error": "\(error)"]
            )
            claimsUnseen = true
            look.lookNow(at: .now)
        case .sleeping, .stopping, .progress, .held, .stillHeld, .lost, .claim, .claimSuspect, .nextDue:
            logger.error("a statement of the worker was refused", metadata: ["error": "\(error)"])
        }
    }

    /// What the database cannot store is the failure of the action that asks for it.
    private mutating func failCompletion(_ attempt: CompletedAttempt, _ error: PQError) {
        let policy = code(of: attempt.job)?.options.retryPolicy ?? .standard
        let failure = FailureRecord(BackOpsError(refusingCompletion: error), policy: policy)
        pending.remove([attempt.job.claim])
        conclude(attempt.end, .failed(failure))
        if let lines = attempt.end.log?.document { pending.logs.append((attempt.job.claim, lines)) }
        pending.failures.append(FailedAttempt(attempt.job, failure))
    }

    /// The action as this program knows it; of a name that stands several times in a branch, the first.
    private func code(of job: ClaimedJob) -> PlannedAction? {
        registry.action(operation: job.operation, action: job.action, branch: BranchName(job.branch))
    }

    /// Lines are worth less than the outcomes that wait behind them.
    private mutating func dropLogs(_ error: PQError) {
        logger.error("what actions logged cannot be stored", metadata: ["error": "\(error)"])
        pending.logs = []
    }

    /// Hands back what cannot even be recorded as a failure.
    private mutating func giveUp(_ claims: [Claim], _ error: PQError) {
        logger.error("an outcome was refused; the job is handed back", metadata: ["error": "\(error)"])
        pending.remove(Set(claims))
        pending.releases += claims
    }

    /// Leaves jobs to the end of the lease.
    private mutating func forget(_ claims: [Claim], _ error: PQError) {
        logger.error(
            "jobs could not be handed back; they stay until the lease ends",
            metadata: ["error": "\(error)"]
        )
        pending.remove(Set(claims))
        for claim in claims { postponed.forget(claim) }
    }
}
