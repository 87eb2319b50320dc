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
            return mayOverlap && pending.count + (look.isDue(at: .now) ? freeSlots : 0) >= worthwhile
        }
        return !pending.isEmpty || !undescribed.isEmpty || mustReconcile || mustTellStop
            || postponed.mustAsk(at: .now)
            || (look.isDue(at: .now) && stop <= .whenIdle)
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
            && undescribed.isEmpty && outage.failures == 0 && sendAgainAt == nil && !quarantine.isRequested
            && quarantine.running == nil
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
        pending = Outbox()
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
            inbox.land(RoundTripAnswer(flight: number, answers: answers, duration: .now - sent))
        }
        flights[number] = RoundTrip(parts: parts, isSingly: sendsSingly, task: task)
        return true
    }

    /// Acts on the answers of a round trip.
    mutating func land(_ landing: RoundTripAnswer) {
        guard let flight = flights.removeValue(forKey: landing.flight) else { return }
        take(landing, of: flight)
        if flight.looksForJobs { look.hasLooked(at: .now) }
        if !lostInFlight.isEmpty {
            let oldest = flights.keys.min() ?? flightsSoFar
            lostInFlight = lostInFlight.filter { $0.value > oldest }
        }
    }

    private mutating func take(_ landing: RoundTripAnswer, of flight: RoundTrip) {
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
        telemetry.regained(.dispatcher, logger)
        outage.reset()
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
    private mutating func restore(_ parts: [Request]) {
        pending.restore(parts)
        for case .progress(let reports) in parts { giveBack(reports) }
        for case .describe(let claim) in parts { undescribed.append(claim) }
    }

    func giveBack(_ reports: [(claim: Claim, report: ProgressReport)]) {
        for (claim, report) in reports { running[claim.claimID]?.host.restore(report) }
    }

    /// Whether the statements may commit together, which spares the server a flush of its log.
    ///
    /// A claim never waits for a lock, so it can follow a batch of completions in one transaction. Batches of several
    /// kinds take their locks one after the other, which would not be in the order of ids: each is its own transaction.
    private func sharesTransaction(_ parts: [Request]) -> Bool {
        !sendsSingly && parts.count(where: \.isOutcome) <= 1 && !parts.contains(where: \.describes)
    }

    /// One statement was refused and has taken the others with it: nothing was done, and each is sent by itself next.
    private mutating func sendApart(_ answers: [Result<PQResult, PQError>]) {
        let refusal = answers.lazy.compactMap(\.refusal).first
        if refusal?.sqlState == .unknownWorker {
            inbox.leaseEnded()
            return
        }
        switch Refusal(refusal?.sqlState) {
        case .contention: sendAgainAt = .now + refusals.next(using: &jitter)
        case .trouble: wait(for: refusal)
        case .content, .unexpected: break
        }
        sendsSingly = true
    }

    /// The connection failed: what became of the statements is asked when it is back.
    private mutating func loseAnswer(_ error: any Error) {
        if outage.failures == 0 { telemetry.lost(.dispatcher, error, logger) }
        mustReconcile = true
        sendAgainAt = .now + outage.next(using: &jitter)
    }
}

// MARK: - What is sent

extension Dispatcher {
    private mutating func makeParts() -> [Request] {
        var parts: [Request] = []
        let batch = sendsSingly ? 1 : 1000
        let isOverdue =
            { [postponed] in postponed.isOverdue($0.job.claim, at: .now) } as (CompletedAttempt) -> Bool
        let overdue = pending.completions.filter(isOverdue)
        let fresh = overdue.isEmpty ? pending.completions : pending.completions.filter { !isOverdue($0) }
        parts += chunks(fresh, batch).map { .complete($0, continues: continues) }
        parts += chunks(overdue, batch).map { .complete($0, continues: false) }
        parts += chunks(pending.failures, batch).map(Request.fail)
        parts += chunks(pending.snoozes, batch).map(Request.snooze)
        parts += chunks(pending.releases, batch).map { .release($0, began: true) }
        parts += chunks(pending.neverStarted, batch).map { .release($0, began: false) }
        parts += chunks(pending.logs, batch).map(Request.logs)
        if mustReconcile { parts.append(.held(unseen: claimsUnseen)) }
        parts += undescribed.map(Request.describe)
        undescribed = []
        if postponed.mustAsk(at: .now) {
            let questions = postponed.takeQuestions(at: .now)
            if !questions.isEmpty { parts.append(.stillHeld(questions)) }
        }
        if asksForLostClaims { parts.append(.lost(running.values.map(\.job.claim))) }
        if mustTellStop { parts.append(.stopping) }
        // A claim rides along with results; a report of progress is no reason to look.
        let claims = look.isDue(at: .now) || parts.contains(where: \.isOutcome)
        if nextProgress <= .now {
            nextProgress = .now + Self.progressInterval
            let reports = takeReports()
            if !reports.isEmpty { parts.append(.progress(reports)) }
        }
        if claims { parts += claimParts() }
        return parts
    }

    private mutating func claimParts() -> [Request] {
        guard stop <= .whenIdle, !mustReconcile, !look.isLooking else { return [] }
        guard let hearing else {
            look.rest(at: .now)
            return []
        }
        if stop == .whenIdle, look.foundNothing, !quarantine.foundNothing { quarantine.request(at: .now) }
        if quarantine.holdsClaims(running: running.count, at: .now) { return suspectParts() }
        var parts: [Request] = []
        if let sleeping = look.tellsSleep {
            if hearing == .listens {
                parts.append(.sleeping(sleeping))
            } else {
                look.told(sleeping: sleeping)
            }
        }
        guard freeSlots > 0 else {
            look.waitForSlots(at: .now)
            return parts
        }
        parts.append(.claim(limit: min(freeSlots, 1000), unseen: claimsUnseen))
        if look.asksForNextDue { parts.append(.nextDue) }
        look.looks()
        return parts
    }

    /// One suspect, once nothing else runs and everything is written.
    private mutating func suspectParts() -> [Request] {
        guard running.isEmpty else {
            look.rest(at: .now)
            return []
        }
        look.lookNow(at: .now)
        return pending.isEmpty && postponed.isEmpty && resolving.isEmpty
            ? [.claimSuspect(unseen: claimsUnseen)] : []
    }

    private func statement(_ part: Request) -> SQLStatement {
        switch part {
        case .sleeping(let sleeping): engine.heartbeat(worker: worker, sleeping: sleeping)
        case .stopping: engine.heartbeat(worker: worker, sleeping: false, stopping: true)
        case .complete(let attempts, let continues):
            engine.complete(worker: worker, attempts, continuing: continues)
        case .fail(let attempts): engine.fail(worker: worker, attempts)
        case .snooze(let attempts): engine.snooze(worker: worker, attempts)
        case .release(let claims, let began): engine.release(worker: worker, claims, began: began)
        case .logs(let logs): engine.storeLogs(worker: worker, logs)
        case .progress(let reports): engine.reportProgress(worker: worker, reports)
        case .held(let unseen): unseen ? engine.heldClaims(worker: worker) : engine.held(worker: worker)
        case .stillHeld: engine.heldClaims(worker: worker)
        case .lost(let claims): engine.lostClaims(worker: worker, of: claims)
        case .claim(let limit, unseen: false): engine.claim(worker: worker, limit: limit, lanes: look.lanes)
        case .claim(let limit, unseen: true):
            engine.claimUnseen(worker: worker, limit: limit, lanes: look.lanes)
        case .claimSuspect(unseen: false): engine.claimSuspect(worker: worker)
        case .claimSuspect(unseen: true): engine.claimSuspectUnseen(worker: worker)
        case .describe(let claim): engine.describe(worker: worker, claim)
        case .nextDue: engine.nextDue(worker: worker)
        }
    }

    /// Whether this worker takes the next action of an operation itself.
    private var continues: Bool { stop <= .whenIdle && !quarantine.isRequested }

    private func takeReports() -> [(claim: Claim, report: ProgressReport)] {
        running.values.compactMap { action in action.host.takeReport().map { (action.job.claim, $0) } }
    }

    private func chunks<Element>(_ elements: [Element], _ size: Int) -> [[Element]] {
        stride(from: 0, to: elements.count, by: size).map { start in
            Array(elements[start..<min(start + size, elements.count)])
        }
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
