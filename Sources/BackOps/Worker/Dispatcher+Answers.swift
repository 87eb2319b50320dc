import LibPQ
import Logging

/// What comes back from a round trip.
///
/// Every answer is read row by row, and nothing is taken for granted: whatever it lacks, or says that this version does not
/// know, every outcome that was sent is settled, kept and asked about, or given up with a line in the log.
extension Dispatcher {
    mutating func accept(_ part: Request, _ rows: PQResult, duration: Duration) throws(PQError) {
        switch part {
        case .sleeping(let sleeping): look.told(sleeping: sleeping)
        case .stopping: mustTellStop = false
        case .complete(let attempts, _): accept(part, attempts, rows)
        case .fail(let attempts): acceptHandBacks(part, failures: attempts, rows)
        case .snooze, .release: acceptHandBacks(part, rows)
        case .logs: break
        case .progress(let reports):
            // Somebody had one of the rows locked; the next report of its action, or this one, comes through.
            if try rows.first?.decode(0, as: Int32.self) ?? 0 < reports.count { giveBack(reports) }
        case .held(unseen: false): reconcile(ClaimedRows(rows))
        case .held(unseen: true): reconcileUnseen(rows)
        case .stillHeld(let claims): acceptHeld(of: claims, rows)
        case .lost: loseClaims(rows)
        case .claim(let limit, let unseen):
            let claimed = unseen ? ClaimedRows() : ClaimedRows(rows)
            look.claimed(
                claimed.jobs.lazy.map(\.lane),
                count: rows.count,
                limit: limit,
                duration: duration,
                at: .now,
                using: &jitter
            )
            telemetry.claimed(claimed.jobs, duration: duration)
            if unseen { describe(rows) } else { start(claimed) }
        case .claimSuspect(let unseen):
            quarantine.claimed(rows.first.flatMap { claim(of: $0)?.claimID }, at: .now)
            if rows.isEmpty { look.wake(at: .now) }
            if unseen { describe(rows) } else { start(ClaimedRows(rows)) }
        case .describe(let claim):
            if rows.isEmpty { quarantine.ended(claim.claimID) }
            start(ClaimedRows(rows))
        case .nextDue:
            let delay = try rows.first?.decode(0, as: Int64?.self)
            look.learned(nextDue: delay.map { .milliseconds($0) }, at: .now)
        }
    }

    private mutating func accept(_ part: Request, _ attempts: [CompletedAttempt], _ rows: PQResult) {
        let sent = Dictionary(attempts.map { ($0.job.claim, $0) }) { first, _ in first }
        var settled: Set<Claim> = []
        var invalid: Set<Claim> = []
        for row in rows {
            guard let claim = claim(of: row) else { continue }
            do {
                let answer = try CompletionResult(row)
                guard answer.outcome != .busy else { continue }
                if answer.outcome == .invalid {
                    invalid.insert(claim)
                } else if let attempt = sent[claim] {
                    settle(attempt, answer)
                }
            } catch {
                doubt(claim, sent[claim], error)
            }
            settled.insert(claim)
        }
        askWhy(part, invalid)
        postponed.keep(part, except: settled, at: .now)
    }

    /// The database has decided about a completed action.
    private mutating func settle(_ attempt: CompletedAttempt, _ answer: CompletionResult) {
        guard answer.outcome != .stale else {
            warnOfStaleClaim(answer.claim, attempt.job)
            lose(attempt.end)
            return
        }
        conclude(attempt.end, .completed(attempt.result))
        goOn(after: attempt.job, answer)
    }

    /// What an operation does next, once the database has completed its action.
    mutating func goOn(after job: ClaimedJob, _ answer: CompletionResult) {
        switch answer.outcome {
        case .advanced: if let next = answer.next { start(job.advanced(to: next)) }
        case .waiting: look.wakeUnlessAsleep(at: .now)
        case .completed: logger.debug("operation completed", metadata: job.metadata)
        case .failed: logger.error("operation failed: its next action cannot start", metadata: job.metadata)
        case .done: mustReconcile = true
        case .stale, .busy, .invalid: break
        }
    }

    private mutating func acceptHandBacks(
        _ part: Request,
        failures: [FailedAttempt] = [],
        _ rows: PQResult
    ) {
        var settled: Set<Claim> = []
        var invalid: Set<Claim> = []
        for row in rows {
            guard let claim = claim(of: row) else { continue }
            do {
                let answer = try HandBackResult(row)
                guard answer.outcome != .busy else { continue }
                if answer.outcome == .invalid { invalid.insert(claim) }
                settle(answer, failures.first { $0.claim == claim })
            } catch {
                abandon(claim, error)
            }
            settled.insert(claim)
        }
        askWhy(part, invalid)
        postponed.keep(part, except: settled, at: .now)
    }

    private mutating func settle(_ answer: HandBackResult, _ attempt: FailedAttempt?) {
        switch answer.outcome {
        // A transaction that seemed to have failed had committed; what came next was in its lost answer.
        case .done: mustReconcile = true
        case .stale: warnOfStaleClaim(answer.claim, attempt?.job)
        case .failed:
            let metadata = attempt?.job?.metadata ?? answer.claim.metadata
            logger.error(
                "operation failed",
                metadata: metadata.merging(attempt?.failure.metadata ?? [:]) { $1 }
            )
        case .retrying, .snoozed, .released, .busy, .invalid: break
        }
    }

    /// Sends again, each by itself, what was set aside in a batch because it cannot be recorded: the server says why then.
    private mutating func askWhy(_ part: Request, _ invalid: Set<Claim>) {
        guard !invalid.isEmpty else { return }
        var outcomes = Outbox()
        outcomes.restore(part)
        pending.add(outcomes.remove(invalid))
        sendsSingly = true
    }

    /// Claims that do not run, and are not to be started: their outcomes wait, or they are asked about.
    private var knownClaims: Set<Claim> {
        pending.claims.union(postponed.outcomes.claims).union(resolving.keys).union(undescribed).union(
            abandoned
        )
    }

    /// Starts what the database handed over in an answer that was lost.
    private mutating func reconcile(_ held: ClaimedRows) {
        mustReconcile = false
        nextReconciliation = hearing == .asks ? .now + configuration.lease : nil
        let known = knownClaims
        var held = held
        held.jobs = held.jobs.filter { running[$0.claim.claimID] == nil && !known.contains($0.claim) }
        held.unreadable = held.unreadable.filter {
            running[$0.claim.claimID] == nil && !known.contains($0.claim)
        }
        for job in held.jobs where doubtful.remove(job.claim) != nil { pending.releases.append(job.claim) }
        held.jobs = held.jobs.filter { !pending.releases.contains($0.claim) }
        doubtful = []
        for job in held.jobs { noteSuccessor(job) }
        start(held)
    }

    /// An action that commits itself may have done so, and not know it yet: the answer, when it comes, names this job again.
    private mutating func noteSuccessor(_ job: ClaimedJob) {
        let former = running.first { $0.value.job.claim.operationID == job.claim.operationID }
        if let claim = former?.key { running[claim]?.successor = job.claim.claimID }
    }

    private mutating func loseClaims(_ rows: PQResult) {
        nextQuestion = hearing == .listens ? nil : .now + Self.questionInterval
        for row in rows {
            do {
                let claim = try row.decode(0, as: Int64.self)
                // One that has completed itself learns by itself what became of it.
                if running[claim]?.host.mayHaveCompletedItself == false { lose(claim) }
            } catch {
                logUnreadable(error)
            }
        }
    }

    /// Gives up outcomes whose jobs the database does not hold for this worker: nothing will ever come of them.
    private mutating func acceptHeld(of claims: [Claim], _ rows: PQResult) {
        let held = Set(rows.compactMap { claim(of: $0) })
        for claim in claims {
            if held.contains(claim) {
                guard postponed.isFirstReport(of: claim) else { continue }
                logger.warning(
                    "an outcome is not taken, as if somebody had its job locked; it is offered until it is taken",
                    metadata: claim.metadata
                )
            } else {
                var lost = postponed.remove(claim)
                lost.add(pending.remove([claim]))
                guard !lost.isEmpty else { continue }
                logger.error(
                    "an outcome is given up: rows of its operation are gone from the database",
                    metadata: claim.metadata.merging(lost.completions.first?.job.metadata ?? [:]) { $1 }
                )
                for attempt in lost.completions { lose(attempt.end) }
                // It may have been taken by an answer that said nothing, and the next action handed over in it.
                mustReconcile = true
            }
        }
    }
}

// MARK: - What cannot be read

extension Dispatcher {
    /// The claim that a row is about; says so when the row does not tell.
    private func claim(of row: PQRow) -> Claim? {
        do {
            return try Claim(row)
        } catch {
            logUnreadable(error)
            return nil
        }
    }

    private func logUnreadable(_ error: PQError) {
        logger.error("an answer of the database cannot be read", metadata: ["error": "\(error)"])
    }

    /// The database did something about a completed action, and nobody can tell what: it is asked what this worker holds now.
    private mutating func doubt(_ claim: Claim, _ attempt: CompletedAttempt?, _ error: PQError) {
        logger.error(
            "what became of a completed action cannot be read; the worker asks what it holds",
            metadata: (attempt?.job.metadata ?? claim.metadata).merging(["error": "\(error)"]) { $1 }
        )
        if let attempt { lose(attempt.end) }
        doubtful.insert(claim)
        mustReconcile = true
    }

    /// What became of an attempt cannot be read: the claim is not touched again.
    private mutating func abandon(_ claim: Claim, _ error: PQError) {
        logger.error(
            "what became of an attempt cannot be read; its job stays until the worker stops",
            metadata: claim.metadata.merging(["error": "\(error)"]) { $1 }
        )
        abandoned.insert(claim)
    }

    /// Asks what belongs to claims that came without it.
    private mutating func describe(_ rows: PQResult) {
        claimsUnseen = false
        undescribed += rows.compactMap { claim(of: $0) }
    }

    /// Asks what belongs to claims that are this worker's without its knowledge.
    private mutating func reconcileUnseen(_ rows: PQResult) {
        mustReconcile = false
        let known = knownClaims
        let held = rows.compactMap { claim(of: $0) }
        claimsUnseen = false
        undescribed += held.filter { running[$0.claimID] == nil && !known.contains($0) }
    }

    /// Starts the jobs that can be read, and puts those aside that cannot.
    private mutating func start(_ claimed: ClaimedRows) {
        if let error = claimed.error { logUnreadable(error) }
        for job in claimed.jobs { start(job) }
        for (claim, error) in claimed.unreadable { putAside(claim, error) }
    }

    /// Fails a job for good that this worker holds and cannot read, so that it neither comes back nor holds up others.
    mutating func putAside(_ claim: Claim, _ error: PQError) {
        quarantine.ended(claim.claimID)
        guard stop <= .whenIdle else {
            pending.neverStarted.append(claim)
            return
        }
        let failure = FailureRecord(Failure.permanent("the job cannot be read", underlying: error))
        logger.error(
            "a claimed job cannot be read; its operation fails",
            metadata: claim.metadata.merging(["error": "\(error)"]) { $1 }
        )
        telemetry.metrics?.couldNotRead()
        pending.failures.append(FailedAttempt(claim: claim, failure: failure))
    }

    func warnOfStaleClaim(_ claim: Claim, _ job: ClaimedJob?) {
        logger.warning(
            "result of an action is refused: the job is not this worker's any more",
            metadata: claim.metadata.merging(job?.metadata ?? [:]) { $1 }
        )
    }
}

extension Claim {
    /// The keys that lines carry about a claim of which no more is known.
    var metadata: Logger.Metadata {
        [LogKey.operationID: .stringConvertible(operationID), "claim_id": .stringConvertible(claimID)]
    }
}
