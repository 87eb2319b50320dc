import LibPQ
import Logging

/// What comes back from a round trip.
///
/// Nothing is taken for granted: whatever an answer lacks, or says that this version does not know, every outcome that was sent is
/// settled, kept and asked about, or given up with a line in the log.
extension Dispatcher {
    mutating func accept(
        _ answer: Answer,
        to request: Request,
        _ duration: Duration,
        _ now: Instant,
        _ commands: inout [Command]
    ) {
        switch (request, answer) {
        case (.sleeping(let sleeping), _): look.told(sleeping: sleeping)
        case (.stopping, _): mustTellStop = false
        case (.complete(let attempts, _), .completed(let rows)):
            accept(request, attempts, rows, now, &commands)
        case (.fail(let attempts), .handedBack(let rows)):
            acceptHandBacks(request, failures: attempts, rows, now, &commands)
        case (.snooze, .handedBack(let rows)), (.release, .handedBack(let rows)):
            acceptHandBacks(request, rows, now, &commands)
        case (.logs, _): break
        case (.progress(let reports), .reported(let count)):
            // Somebody had one of the rows locked; the next report of its action, or this one, comes through.
            if count < reports.count { commands.append(.restoreReports(reports)) }
        case (.held, .jobs(let held)): reconcile(held, now, &commands)
        case (.held, .claims(let rows)): reconcileUnseen(claims(rows, &commands), now)
        case (.stillHeld(let claims), .claims(let rows)):
            acceptHeld(of: claims, Set(self.claims(rows, &commands)), &commands)
        case (.lost, .lost(let rows)): loseClaims(rows, now, &commands)
        case (.claim(let limit, _, _), _): acceptClaim(answer, limit, duration, now, &commands)
        case (.claimSuspect, .jobs(let claimed)):
            suspects.claimed(claimed.claims.first?.claimID, at: now)
            if claimed.isEmpty { look.wake(at: now) }
            start(claimed, now, &commands)
        case (.claimSuspect, .claims(let rows)):
            let claims = claims(rows, &commands)
            suspects.claimed(claims.first?.claimID, at: now)
            if rows.isEmpty { look.wake(at: now) }
            describe(claims)
        case (.describe(let claim), .jobs(let described)):
            if described.isEmpty { suspects.ended(claim.claimID) }
            start(described, now, &commands)
        case (.nextDue, .nextDue(let delay)): look.learned(nextDue: delay, at: now)
        default: preconditionFailure("\(answer) does not answer \(request)")
        }
    }

    private mutating func acceptClaim(
        _ answer: Answer,
        _ limit: Int,
        _ duration: Duration,
        _ now: Instant,
        _ commands: inout [Command]
    ) {
        var claimed = ClaimedRows()
        var unseen: [AnswerRow<Claim>] = []
        switch answer {
        case .jobs(let rows): claimed = rows
        case .claims(let rows): unseen = rows
        default: preconditionFailure("\(answer) does not answer a claim")
        }
        look.claimed(
            claimed.jobs.lazy.map(\.lane),
            count: claimed.count + unseen.count,
            limit: limit,
            duration: duration,
            at: now,
            using: &jitter
        )
        commands.append(.tell(.countClaim(claimed.jobs, duration)))
        if case .claims = answer {
            describe(claims(unseen, &commands))
        } else {
            start(claimed, now, &commands)
        }
    }

    private mutating func accept(
        _ request: Request,
        _ attempts: [CompletedAttempt],
        _ rows: [AnswerRow<CompletionResult>],
        _ now: Instant,
        _ commands: inout [Command]
    ) {
        let sent = Dictionary(attempts.map { ($0.job.claim, $0) }) { first, _ in first }
        var settled: Set<Claim> = []
        var invalid: Set<Claim> = []
        for row in rows {
            switch row {
            case .content(let answer):
                if answer.outcome == .busy { continue }
                if answer.outcome == .invalid {
                    invalid.insert(answer.claim)
                } else if let attempt = sent[answer.claim] {
                    settle(attempt, answer, now, &commands)
                }
                settled.insert(answer.claim)
            case .unreadable(let claim, let error):
                doubt(claim, sent[claim], error, &commands)
                settled.insert(claim)
            case .nameless(let error): logUnreadable(error, &commands)
            }
        }
        askWhy(request, invalid)
        retries.keep(request, except: settled, at: now)
    }

    /// The database has decided about a completed action.
    private mutating func settle(
        _ attempt: CompletedAttempt,
        _ answer: CompletionResult,
        _ now: Instant,
        _ commands: inout [Command]
    ) {
        guard answer.outcome != .stale else {
            warnOfStaleClaim(answer.claim, attempt.job, &commands)
            commands.append(.tell(.lose(attempt.end)))
            return
        }
        commands.append(.tell(.conclude(attempt.end, .completed(attempt.result))))
        goOn(after: attempt.job, answer, now, &commands)
    }

    /// What an operation does next, once the database has completed its action.
    mutating func goOn(
        after job: ClaimedJob,
        _ answer: CompletionResult,
        _ now: Instant,
        _ commands: inout [Command]
    ) {
        switch answer.outcome {
        case .advanced: if let next = answer.next { start(job.advanced(to: next), &commands) }
        case .queued: look.wakeUnlessAsleep(at: now)
        case .completed: commands.append(.tell(.logCompleted(job)))
        case .failed: commands.log(.error, "operation failed: its next action cannot start", job: job)
        case .done: reconciliation.request()
        case .stale, .busy, .invalid: break
        }
    }

    private mutating func acceptHandBacks(
        _ request: Request,
        failures: [FailedAttempt] = [],
        _ rows: [AnswerRow<HandBackResult>],
        _ now: Instant,
        _ commands: inout [Command]
    ) {
        var settled: Set<Claim> = []
        var invalid: Set<Claim> = []
        for row in rows {
            switch row {
            case .content(let answer):
                if answer.outcome == .busy { continue }
                if answer.outcome == .invalid { invalid.insert(answer.claim) }
                settle(answer, failures.first { $0.claim == answer.claim }, &commands)
                settled.insert(answer.claim)
            case .unreadable(let claim, let error):
                abandon(claim, error, &commands)
                settled.insert(claim)
            case .nameless(let error): logUnreadable(error, &commands)
            }
        }
        askWhy(request, invalid)
        retries.keep(request, except: settled, at: now)
    }

    private mutating func settle(
        _ answer: HandBackResult,
        _ attempt: FailedAttempt?,
        _ commands: inout [Command]
    ) {
        switch answer.outcome {
        // A transaction that seemed to have failed had committed; what came next was in its lost answer.
        case .done: reconciliation.request()
        case .stale: warnOfStaleClaim(answer.claim, attempt?.job, &commands)
        case .failed:
            let claim = attempt?.job == nil ? answer.claim : nil
            commands.log(
                .error,
                "operation failed",
                claim: claim,
                job: attempt?.job,
                failure: attempt?.failure
            )
        case .retrying, .snoozed, .released, .busy, .invalid: break
        }
    }

    /// Sends again, each by itself, what was set aside in a batch because it cannot be recorded: the server says why then.
    private mutating func askWhy(_ request: Request, _ invalid: Set<Claim>) {
        guard !invalid.isEmpty else { return }
        var outcomes = Outbox()
        outcomes.restore(request)
        outbox.add(outcomes.remove(invalid))
        link.sendsSingly = true
    }
}

// MARK: - What the database holds

extension Dispatcher {
    /// Claims that do not run, and are not to be started: their outcomes wait, or they are asked about.
    private var knownClaims: Set<Claim> {
        outbox.claims.union(retries.outcomes.claims).union(resolving.keys).union(undescribed)
            .union(abandoned)
    }

    /// Starts what the database handed over in an answer that was lost.
    private mutating func reconcile(_ held: ClaimedRows, _ now: Instant, _ commands: inout [Command]) {
        reconciliation.answered()
        scheduleReconciliation(at: now)
        let known = knownClaims
        var held = held
        held.jobs = held.jobs.filter { running[$0.claim.claimID] == nil && !known.contains($0.claim) }
        held.unreadable = held.unreadable.filter {
            running[$0.claim.claimID] == nil && !known.contains($0.claim)
        }
        for job in held.jobs where doubtful.remove(job.claim) != nil { outbox.releases.append(job.claim) }
        held.jobs = held.jobs.filter { !outbox.releases.contains($0.claim) }
        doubtful = []
        let late = claimsBesideSuspect(held.jobs.map(\.claim))
        outbox.neverStarted += late
        held.jobs.removeAll { late.contains($0.claim) }
        suspects.found(held.jobs.first?.claim.claimID, at: now)
        for job in held.jobs { noteSuccessor(job) }
        start(held, now, &commands)
    }

    /// Claims of this worker's own that came late, while a suspect runs, beside which nothing may: all but the next action of what runs.
    private func claimsBesideSuspect(_ claims: [Claim]) -> [Claim] {
        guard suspects.running != nil else { return [] }
        let operations = Set(running.values.map(\.job.claim.operationID))
        return claims.filter { !operations.contains($0.operationID) }
    }

    /// An action that commits itself may have done so, and not know it yet: the answer, when it comes, names this job again.
    private mutating func noteSuccessor(_ job: ClaimedJob) {
        let former = running.filter { $0.value.job.claim.operationID == job.claim.operationID }.keys.min()
        if let former { running[former]?.successor = job.claim.claimID }
    }

    /// Asks what belongs to claims that are this worker's without its knowledge.
    private mutating func reconcileUnseen(_ held: [Claim], _ now: Instant) {
        reconciliation.answered()
        scheduleReconciliation(at: now)
        let known = knownClaims
        var unknown = held.filter { running[$0.claimID] == nil && !known.contains($0) }
        let late = claimsBesideSuspect(unknown)
        outbox.neverStarted += late
        unknown.removeAll { late.contains($0) }
        suspects.found(unknown.first?.claimID, at: now)
        describe(unknown)
    }

    /// Asks what belongs to claims that came without it.
    private mutating func describe(_ claims: [Claim]) {
        claimsUnseen = false
        undescribed += claims
    }

    private mutating func loseClaims(
        _ rows: [AnswerRow<Int64>],
        _ now: Instant,
        _ commands: inout [Command]
    ) {
        nextQuestion = hearing == .listens ? nil : now + Self.questionInterval
        for row in rows {
            switch row {
            case .content(let claim): if running[claim] != nil { lose(claim, &commands) }
            case .unreadable(_, let error), .nameless(let error): logUnreadable(error, &commands)
            }
        }
    }

    /// Gives up outcomes whose jobs the database does not hold for this worker: nothing will ever come of them.
    private mutating func acceptHeld(of claims: [Claim], _ held: Set<Claim>, _ commands: inout [Command]) {
        for claim in claims {
            if held.contains(claim) {
                guard retries.isFirstReport(of: claim) else { continue }
                commands.log(
                    .warning,
                    "an outcome is not taken, as if somebody had its job locked; it is offered until it is taken",
                    claim: claim
                )
            } else {
                var lost = retries.remove(claim)
                lost.add(outbox.remove([claim]))
                guard !lost.isEmpty else { continue }
                commands.log(
                    .error,
                    "an outcome is given up: rows of its operation are gone from the database",
                    claim: claim,
                    job: lost.completions.first?.job
                )
                for attempt in lost.completions { commands.append(.tell(.lose(attempt.end))) }
                // It may have been taken by an answer that said nothing, and the next action handed over in it.
                reconciliation.request()
            }
        }
    }
}

// MARK: - What cannot be read

extension Dispatcher {
    /// The claims of an answer; says so when a row does not tell.
    private func claims(_ rows: [AnswerRow<Claim>], _ commands: inout [Command]) -> [Claim] {
        var claims: [Claim] = []
        for row in rows {
            switch row {
            case .content(let claim), .unreadable(let claim, _): claims.append(claim)
            case .nameless(let error): logUnreadable(error, &commands)
            }
        }
        return claims
    }

    private func logUnreadable(_ error: PQError, _ commands: inout [Command]) {
        commands.log(.error, "an answer of the database cannot be read", error: error)
    }

    /// The database did something about a completed action, and nobody can tell what: it is asked what this worker holds now.
    private mutating func doubt(
        _ claim: Claim,
        _ attempt: CompletedAttempt?,
        _ error: PQError,
        _ commands: inout [Command]
    ) {
        commands.log(
            .error,
            "what became of a completed action cannot be read; the worker asks what it holds",
            claim: attempt == nil ? claim : nil,
            job: attempt?.job,
            error: error
        )
        if let attempt { commands.append(.tell(.lose(attempt.end))) }
        doubtful.insert(claim)
        reconciliation.request()
    }

    /// What became of an attempt cannot be read: the claim is not touched again.
    private mutating func abandon(_ claim: Claim, _ error: PQError, _ commands: inout [Command]) {
        commands.log(
            .error,
            "what became of an attempt cannot be read; its job stays until the worker stops",
            claim: claim,
            error: error
        )
        abandoned.insert(claim)
    }

    /// Starts the jobs that can be read, and puts those aside that cannot.
    private mutating func start(_ claimed: ClaimedRows, _ now: Instant, _ commands: inout [Command]) {
        if let error = claimed.error { logUnreadable(error, &commands) }
        for job in claimed.jobs { start(job, &commands) }
        for (claim, error) in claimed.unreadable { putAside(claim, error, now, &commands) }
    }

    /// Fails a job for good that this worker holds and cannot read, so that it neither comes back nor holds up others.
    mutating func putAside(
        _ claim: Claim,
        _ error: PQError,
        _ now: Instant,
        _ commands: inout [Command]
    ) {
        suspects.ended(claim.claimID)
        guard phase.claims else {
            outbox.neverStarted.append(claim)
            return
        }
        let failure = FailureRecord(Failure.permanent("the job cannot be read", underlying: error))
        commands.log(
            .error,
            "a claimed job cannot be read; its operation fails",
            claim: claim,
            error: error
        )
        commands.append(.tell(.observe(.jobIsUnreadable)))
        outbox.failures.append(FailedAttempt(claim: claim, failure: failure, endedAt: now))
    }

    private func warnOfStaleClaim(_ claim: Claim, _ job: ClaimedJob?, _ commands: inout [Command]) {
        commands.log(
            .warning,
            "result of an action is refused: the job is not this worker's any more",
            claim: claim,
            job: job
        )
    }
}

extension Claim {
    /// The keys that lines carry about a claim of which no more is known.
    var metadata: Logger.Metadata {
        [LogKey.operationID: .stringConvertible(operationID), "claim_id": .stringConvertible(claimID)]
    }
}
