import LibPQ
import Logging

extension Dispatcher {
    /// How many round trips may be under way at once.
    static let maxFlights = 2

    /// How much must have come together for another round trip to leave while one is under way.
    ///
    /// A small one would cost nearly as much as a large one, and what comes a moment later would wait for it.
    private var worthwhile: Int { max(8, capacity / 4) }

    /// Whether there is something to say to the database now.
    var mustSend: Bool {
        if let sendAgainAt, sendAgainAt > .now { return false }
        guard flights.isEmpty else {
            return mayOverlap && pending.count + (look.isDue ? freeSlots : 0) >= worthwhile
        }
        return !pending.isEmpty || mustReconcile || mustTellStop || (look.isDue && stop <= .whenIdle)
            || nextProgress <= .now || asksForLostClaims
    }

    /// How many actions must end before there is something to send again.
    var actionsToWaitFor: Int {
        if flights.isEmpty { return 1 }
        return mayOverlap ? max(1, worthwhile - pending.count) : Int.max
    }

    /// Whether a round trip may leave while another is under way: not while anything is the matter.
    private var mayOverlap: Bool {
        flights.count < Self.maxFlights && stop <= .whenIdle && !mustReconcile && !sendsSingly && !isInTrouble
            && outage.failures == 0 && sendAgainAt == nil && !quarantine.isRequested
            && quarantine.suspect == nil
    }

    private var asksForLostClaims: Bool {
        guard let nextQuestion, !running.isEmpty else { return false }
        return nextQuestion <= .now
    }

    /// Sends everything that is to be said in one round trip; false when that is nothing.
    mutating func send() -> Bool {
        sendAgainAt = nil
        let parts = makeParts()
        guard !parts.isEmpty else { return false }
        pending = PendingOutcomes()
        let statements = parts.map(statement)
        let number = flightsSoFar
        flightsSoFar += 1
        let task = Task {
            [pool, inbox, separately = !sharesTransaction(parts), timeout = configuration.lease / 2] in
            let sent = ContinuousClock.now
            let answers: Result<[Result<PQResult, PQError>], any Error>
            do {
                answers = .success(
                    try await pool.pipeline(statements, separately: separately, timeout: timeout)
                )
            } catch {
                answers = .failure(error)
            }
            inbox.land(Landing(flight: number, answers: answers, duration: .now - sent))
        }
        flights[number] = Flight(parts: parts, isSingly: sendsSingly, task: task)
        return true
    }

    /// Acts on the answers of a round trip.
    mutating func land(_ landing: Landing) {
        guard let flight = flights.removeValue(forKey: landing.flight) else { return }
        take(landing, of: flight)
        if flight.looksForJobs { look.hasLooked() }
        if !lostInFlight.isEmpty {
            let oldest = flights.keys.min() ?? flightsSoFar
            lostInFlight = lostInFlight.filter { $0.value > oldest }
        }
    }

    private mutating func take(_ landing: Landing, of flight: Flight) {
        let answers: [Result<PQResult, PQError>]
        switch landing.answers {
        case .success(let given): answers = given
        case .failure(let error):
            restore(flight.parts)
            loseAnswer(error)
            return
        }
        if let lost = answers.lazy.compactMap(\.connectionError).first {
            restore(flight.parts)
            loseAnswer(lost)
            return
        }
        if answers.contains(where: \.isAborted) {
            restore(flight.parts)
            sendApart(answers)
            return
        }
        if outage.failures > 0 {
            logger.notice("worker reaches the database again")
            outage.reset()
        }
        if flight.isSingly { sendsSingly = false }
        var isRefused = false
        for (part, answer) in zip(flight.parts, answers) {
            do {
                try accept(part, answer.get(), duration: landing.duration)
            } catch {
                isRefused = true
                restore([part])
                refuse(part, error)
            }
        }
        guard !isRefused else { return }
        refusals.reset()
        if isInTrouble, flight.parts.contains(where: \.writes) {
            isInTrouble = false
            logger.notice("database takes what the worker writes again")
        }
    }

    /// Keeps what has not been written.
    private mutating func restore(_ parts: [ExchangePart]) {
        pending.restore(parts)
        for case .progress(let reports) in parts { giveBack(reports) }
    }

    private func giveBack(_ reports: [(claim: Claim, report: WorkerActionHost.Report)]) {
        for (claim, report) in reports { running[claim.claimID]?.host.restore(report) }
    }

    /// Whether the statements may commit together, which spares the server a flush of its log.
    ///
    /// A claim never waits for a lock, so it can follow a batch of completions in one transaction. Batches of several
    /// kinds take their locks one after the other, which would not be in the order of ids: each is its own transaction.
    private func sharesTransaction(_ parts: [ExchangePart]) -> Bool {
        !sendsSingly && parts.count(where: \.isOutcome) <= 1
    }

    /// One statement was refused and has taken the others with it: nothing was done, and each is sent by itself next.
    private mutating func sendApart(_ answers: [Result<PQResult, PQError>]) {
        let refusal = answers.lazy.compactMap(\.refusal).first
        if refusal?.sqlState == .unknownWorker {
            inbox.leaseEnded()
            return
        }
        switch Refusal(refusal?.sqlState) {
        case .contention: sendAgainAt = .now + refusals.next()
        case .trouble: wait(for: refusal)
        case .content, .unexpected: break
        }
        sendsSingly = true
    }

    /// The connection failed: what became of the statements is asked when it is back.
    private mutating func loseAnswer(_ error: any Error) {
        if outage.failures == 0 {
            logger.warning("worker cannot reach the database", metadata: ["error": "\(error)"])
        }
        mustReconcile = true
        sendAgainAt = .now + outage.next()
    }
}

// MARK: - What is sent

extension Dispatcher {
    private mutating func makeParts() -> [ExchangePart] {
        var parts: [ExchangePart] = []
        let batch = sendsSingly ? 1 : 1000
        parts += chunks(pending.completions, batch).map(ExchangePart.complete)
        parts += chunks(pending.failures, batch).map(ExchangePart.fail)
        parts += chunks(pending.snoozes, batch).map(ExchangePart.snooze)
        parts += chunks(pending.releases, batch).map { .release($0, began: true) }
        parts += chunks(pending.unbegun, batch).map { .release($0, began: false) }
        parts += chunks(pending.logs, batch).map(ExchangePart.logs)
        if mustReconcile { parts.append(.held) }
        if asksForLostClaims { parts.append(.lost(running.values.map(\.job.claim))) }
        if mustTellStop { parts.append(.stopping) }
        // A claim rides along with results; a report of progress is no reason to look.
        let claims = look.isDue || parts.contains(where: \.isOutcome)
        if nextProgress <= .now {
            nextProgress = .now + Self.progressInterval
            let reports = takeReports()
            if !reports.isEmpty { parts.append(.progress(reports)) }
        }
        if claims { parts += claimParts() }
        return parts
    }

    private mutating func claimParts() -> [ExchangePart] {
        guard stop <= .whenIdle, !mustReconcile, !look.isLooking else { return [] }
        guard let hearing else {
            look.rest()
            return []
        }
        if stop == .whenIdle, look.foundNothing, !quarantine.foundNothing { quarantine.request() }
        if quarantine.holdsClaims(running: running.count) { return suspectParts() }
        var parts: [ExchangePart] = []
        if let sleeping = look.tellsSleep {
            if hearing == .listens {
                parts.append(.sleeping(sleeping))
            } else {
                look.told(sleeping: sleeping)
            }
        }
        guard freeSlots > 0 else {
            look.waitForSlots()
            return parts
        }
        parts.append(.claim(limit: min(freeSlots, 1000)))
        if look.asksForNextDue { parts.append(.nextDue) }
        look.looks()
        return parts
    }

    /// One suspect, once nothing else runs and everything is written.
    private mutating func suspectParts() -> [ExchangePart] {
        guard running.isEmpty else {
            look.rest()
            return []
        }
        look.lookNow()
        return pending.isEmpty && postponed.isEmpty ? [.claimSuspect] : []
    }

    private func statement(_ part: ExchangePart) -> SQLStatement {
        switch part {
        case .sleeping(let sleeping): engine.heartbeat(worker: worker, sleeping: sleeping)
        case .stopping: engine.heartbeat(worker: worker, sleeping: false, stopping: true)
        case .complete(let completions): engine.complete(worker: worker, completions, continuing: continues)
        case .fail(let attempts): engine.fail(worker: worker, attempts)
        case .snooze(let attempts): engine.snooze(worker: worker, attempts)
        case .release(let claims, let began): engine.release(worker: worker, claims, began: began)
        case .logs(let logs): engine.storeLogs(worker: worker, logs)
        case .progress(let reports): engine.reportProgress(worker: worker, reports)
        case .held: engine.held(worker: worker)
        case .lost(let claims): engine.lostClaims(worker: worker, of: claims)
        case .claim(let limit): engine.claim(worker: worker, limit: limit, lanes: look.lanes)
        case .claimSuspect: engine.claimSuspect(worker: worker)
        case .nextDue: engine.nextDue(worker: worker)
        }
    }

    /// Whether this worker takes the next action of an operation itself.
    private var continues: Bool { stop <= .whenIdle && !quarantine.isRequested }

    private func takeReports() -> [(claim: Claim, report: WorkerActionHost.Report)] {
        running.values.compactMap { action in action.host.takeReport().map { (action.job.claim, $0) } }
    }

    private func chunks<Element>(_ elements: [Element], _ size: Int) -> [[Element]] {
        stride(from: 0, to: elements.count, by: size).map { start in
            Array(elements[start..<min(start + size, elements.count)])
        }
    }
}

// MARK: - What comes back

extension Dispatcher {
    private mutating func accept(_ part: ExchangePart, _ rows: PQResult, duration: Duration) throws(PQError) {
        switch part {
        case .sleeping(let sleeping): look.told(sleeping: sleeping)
        case .stopping: mustTellStop = false
        case .complete(let completions): try accept(part, completions, rows)
        case .fail, .snooze, .release: try acceptHandBacks(part, rows)
        case .logs: break
        case .progress(let reports):
            // Somebody had one of the rows locked; the next report of its action, or this one, comes through.
            if try rows.first?.decode(0, as: Int32.self) ?? 0 < reports.count { giveBack(reports) }
        case .held: try reconcile(rows.claimedJobs())
        case .lost: try loseClaims(rows)
        case .claim(let limit):
            let jobs = try rows.claimedJobs()
            look.claimed(jobs, limit: limit, duration: duration)
            telemetry.claimed(jobs, duration: duration)
            for job in jobs { start(job) }
        case .claimSuspect:
            let job = try rows.claimedJobs().first
            quarantine.claimed(job?.claim.claimID)
            if let job { start(job) } else { look.wake() }
        case .nextDue:
            let delay = try rows.first?.decode(0, as: Int64?.self)
            look.learned(nextDue: delay.map { .milliseconds($0) })
        }
    }

    private mutating func accept(
        _ part: ExchangePart,
        _ completions: [(job: ClaimedJob, result: ActionResult)],
        _ rows: PQResult
    ) throws(PQError) {
        let jobs = Dictionary(completions.map { ($0.job.claim, $0.job) }) { first, _ in first }
        var settled: Set<Claim> = []
        var invalid: Set<Claim> = []
        for row in rows {
            let answer = try CompletionResult(row)
            if answer.outcome != .busy { settled.insert(answer.claim) }
            guard let job = jobs[answer.claim] else { continue }
            switch answer.outcome {
            case .advanced: if let next = answer.next { start(job.advanced(to: next)) }
            case .waiting: look.wakeUnlessAsleep()
            case .completed: logger.debug("operation completed", metadata: job.metadata)
            case .failed:
                logger.error("operation failed: its next action cannot start", metadata: job.metadata)
            case .done: mustReconcile = true
            case .stale: warnOfStaleClaim(job.claim)
            case .invalid: invalid.insert(answer.claim)
            case .busy: break
            }
        }
        askWhy(part, invalid)
        postponed.keep(part, except: settled)
    }

    private mutating func acceptHandBacks(_ part: ExchangePart, _ rows: PQResult) throws(PQError) {
        var settled: Set<Claim> = []
        var invalid: Set<Claim> = []
        for row in rows {
            let answer = try HandBackResult(row)
            switch answer.outcome {
            case "busy": continue
            case "invalid": invalid.insert(answer.claim)
            // A transaction that seemed to have failed had committed; what came next was in its lost answer.
            case "done": mustReconcile = true
            case "stale": warnOfStaleClaim(answer.claim)
            case "failed":
                logger.error("operation failed", metadata: ["operation_id": "\(answer.claim.operationID)"])
            default: break
            }
            settled.insert(answer.claim)
        }
        askWhy(part, invalid)
        postponed.keep(part, except: settled)
    }

    /// Sends again, each by itself, what was set aside in a batch because it cannot be recorded: the server says why then.
    private mutating func askWhy(_ part: ExchangePart, _ invalid: Set<Claim>) {
        guard !invalid.isEmpty else { return }
        var outcomes = PendingOutcomes()
        outcomes.restore(part)
        outcomes.remove(outcomes.claims.subtracting(invalid))
        pending.add(outcomes)
        sendsSingly = true
    }

    /// Starts what the database handed over in an answer that was lost.
    private mutating func reconcile(_ jobs: [ClaimedJob]) {
        mustReconcile = false
        nextReconciliation = hearing == .asks ? .now + configuration.lease : nil
        let known = pending.claims.union(postponed.outcomes.claims)
        for job in jobs where running[job.claim.claimID] == nil && !known.contains(job.claim) {
            noteSuccessor(job)
            start(job)
        }
    }

    /// An action that commits itself may have done so, and not know it yet: the answer, when it comes, names this job again.
    private mutating func noteSuccessor(_ job: ClaimedJob) {
        let former = running.first { $0.value.job.claim.operationID == job.claim.operationID }
        if let claim = former?.key { running[claim]?.successor = job.claim.claimID }
    }

    private mutating func loseClaims(_ rows: PQResult) throws(PQError) {
        nextQuestion = hearing == .listens ? nil : .now + Self.questionInterval
        for row in rows {
            let claim = try row.decode(0, as: Int64.self)
            // One that has completed itself learns by itself what became of it.
            if running[claim]?.host.mayHaveCompletedItself == false { lose(claim) }
        }
    }

    private func warnOfStaleClaim(_ claim: Claim) {
        logger.warning(
            "result of an action is refused: the job is not this worker's any more",
            metadata: ["operation_id": "\(claim.operationID)", "claim_id": "\(claim.claimID)"]
        )
    }

    /// A statement was refused by the server, which did nothing then.
    private mutating func refuse(_ part: ExchangePart, _ error: PQError) {
        if error.sqlState == .unknownWorker {
            inbox.leaseEnded()
            return
        }
        switch Refusal(error.sqlState) {
        case .contention: sendAgainAt = .now + refusals.next()
        case .trouble: wait(for: error)
        case .content: refuseContent(of: part, error)
        case .unexpected where part.isLog: dropLogs(error)
        case .unexpected:
            sendAgainAt = .now + refusals.next()
            if part.isOutcome { sendsSingly = true }
            logger.error("a statement of the worker was refused", metadata: ["error": "\(error)"])
        }
    }

    /// The database takes no writes for now: says so once, and keeps everything until it does.
    private mutating func wait(for error: PQError?) {
        sendAgainAt = .now + refusals.next()
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
    private mutating func refuseContent(of part: ExchangePart, _ error: PQError) {
        sendAgainAt = .now + refusals.next()
        switch part {
        case .complete(let completions) where completions.count == 1:
            // That is the failure of the action that asks for it.
            let failure = FailureRecord(BackOpsError(refusing: error))
            pending.remove([completions[0].job.claim])
            pending.failures.append(
                FailedAttempt(claim: completions[0].job.claim, timedOut: false, failure: failure)
            )
        case .fail(let attempts) where attempts.count == 1: giveUp([attempts[0].claim], error)
        case .snooze(let attempts) where attempts.count == 1: giveUp([attempts[0].claim], error)
        case .release(let claims, _): forget(claims, error)
        case .logs: dropLogs(error)
        case .complete, .fail, .snooze: sendsSingly = true
        case .sleeping, .stopping, .progress, .held, .lost, .claim, .claimSuspect, .nextDue:
            logger.error("a statement of the worker was refused", metadata: ["error": "\(error)"])
        }
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
    }
}

extension Result where Success == PQResult, Failure == PQError {
    /// The error, when it is the connection's and not a statement's.
    fileprivate var connectionError: PQError? {
        guard case .failure(let error) = self, error.code != .server, error.code != .pipelineAborted else {
            return nil
        }
        return error
    }

    /// The error, when the server refused this very statement.
    fileprivate var refusal: PQError? {
        guard case .failure(let error) = self, error.code == .server else { return nil }
        return error
    }

    /// Whether another statement has taken this one with it.
    fileprivate var isAborted: Bool {
        guard case .failure(let error) = self else { return false }
        return error.code == .pipelineAborted
    }
}
