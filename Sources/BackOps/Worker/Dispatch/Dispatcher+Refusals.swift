import LibPQ
import Logging

/// What the server refuses.
extension Dispatcher {
    /// A statement was refused by the server, which did nothing then.
    mutating func refuse(
        _ request: Request,
        _ error: PQError,
        _ now: Instant,
        _ commands: inout [Command]
    ) {
        if error.sqlState == .unknownWorker {
            phase = .evicted
            return
        }
        switch Refusal(error.sqlState) {
        case .contention: link.refuses(at: now, using: &jitter)
        case .trouble: waitForWrites(error, now, &commands)
        case .content: refuseContent(of: request, error, now, &commands)
        case .unexpected where request.isLog: dropLogs(error, &commands)
        case .unexpected:
            link.refuses(at: now, using: &jitter)
            if request.isOutcome { link.sendsSingly = true }
            commands.log(.error, "a statement of the worker was refused", error: error)
        }
    }

    /// The database takes no writes for now: says so once, and keeps everything until it does.
    mutating func waitForWrites(_ error: PQError?, _ now: Instant, _ commands: inout [Command]) {
        guard link.refusesEverything(at: now, using: &jitter) else { return }
        commands.log(
            .warning,
            "database refuses what the worker writes; it tries again until it is taken",
            error: error
        )
    }

    /// The database cannot store what a statement asks for.
    private mutating func refuseContent(
        of request: Request,
        _ error: PQError,
        _ now: Instant,
        _ commands: inout [Command]
    ) {
        link.refuses(at: now, using: &jitter)
        switch request {
        case .complete(let completions, _) where completions.count == 1:
            failCompletion(completions[0], error, now, &commands)
        case .fail(let attempts) where attempts.count == 1: giveUp([attempts[0].claim], error, &commands)
        case .snooze(let attempts) where attempts.count == 1: giveUp([attempts[0].claim], error, &commands)
        case .release(let claims, _): forget(claims, error, &commands)
        case .logs: dropLogs(error, &commands)
        case .complete, .fail, .snooze: link.sendsSingly = true
        case .describe(let claim):
            undescribed.removeAll { $0 == claim }
            putAside(claim, error, now, &commands)
        // The server cannot send one of the jobs: which one shows when each is asked for by itself.
        case .claim(_, _, unseen: false), .claimSuspect(unseen: false), .held(unseen: false):
            commands.log(.warning, "jobs cannot be read together; each is read by itself", error: error)
            claimsUnseen = true
            look.lookNow(at: now)
        case .sleeping, .stopping, .progress, .held, .stillHeld, .lost, .claim, .claimSuspect, .nextDue:
            commands.log(.error, "a statement of the worker was refused", error: error)
        }
    }

    /// What the database cannot store is the failure of the action that asks for it.
    private mutating func failCompletion(
        _ attempt: CompletedAttempt,
        _ error: PQError,
        _ now: Instant,
        _ commands: inout [Command]
    ) {
        let policy = code(of: attempt.job)?.options.retryPolicy ?? .standard
        let failure = FailureRecord(BackOpsError(refusingCompletion: error), policy: policy)
        outbox.remove([attempt.job.claim])
        commands.append(.tell(.conclude(attempt.end, .failed(failure))))
        if let lines = attempt.end.log?.document { outbox.logs.append((attempt.job.claim, lines)) }
        outbox.failures.append(FailedAttempt(attempt.job, failure, endedAt: now))
    }

    /// The action as this program knows it; of a name that stands several times in a branch, the first.
    private func code(of job: ClaimedJob) -> PlannedAction? {
        registry.action(operation: job.operation, action: job.action, branch: BranchName(job.branch))
    }

    /// Lines are worth less than the outcomes that wait behind them.
    private mutating func dropLogs(_ error: PQError, _ commands: inout [Command]) {
        commands.log(.error, "what actions logged cannot be stored", error: error)
        outbox.logs = []
    }

    /// Hands back what cannot even be recorded as a failure.
    private mutating func giveUp(_ claims: [Claim], _ error: PQError, _ commands: inout [Command]) {
        commands.log(.error, "an outcome was refused; the job is handed back", error: error)
        outbox.remove(Set(claims))
        outbox.releases += claims
    }

    /// Leaves jobs to the end of the lease.
    private mutating func forget(_ claims: [Claim], _ error: PQError, _ commands: inout [Command]) {
        commands.log(
            .error,
            "jobs could not be handed back; they stay until the lease ends",
            error: error
        )
        outbox.remove(Set(claims))
        for claim in claims { retries.forget(claim) }
    }
}
