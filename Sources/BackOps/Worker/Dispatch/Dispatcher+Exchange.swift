import LibPQ

/// What is sent, and when.
extension Dispatcher {
    /// How many round trips may be under way at once.
    package static let maxRoundTrips = 2

    /// How many outcomes or jobs one statement is about at most.
    private static let batch = 1000

    /// How much must have come together for another round trip to leave while one is under way.
    ///
    /// A small one would cost nearly as much as a large one, and what comes a moment later would wait for it.
    private func worthwhile(at now: Instant) -> Int { max(8, capacity(at: now) / 4) }

    /// Whether there is something to say to the database now.
    func mustSend(at now: Instant) -> Bool {
        if link.isResting(at: now) { return false }
        guard roundTrips.isEmpty else {
            return mayOverlap
                && outbox.count + (look.isDue(at: now) ? freeSlots(at: now) : 0) >= worthwhile(at: now)
        }
        return !outbox.isEmpty || !undescribed.isEmpty || reconciliation.isOpen || mustTellStop
            || retries.mustAsk(at: now)
            || (look.isDue(at: now) && phase.claims)
            || !reports.isEmpty || asksForLostClaims(at: now)
    }

    /// How many actions must end before there is something to send again.
    func endingsToWaitFor(at now: Instant) -> Int {
        if roundTrips.isEmpty { return 1 }
        return mayOverlap ? max(1, worthwhile(at: now) - outbox.count) : Int.max
    }

    /// Whether a round trip may leave while another is under way: not while anything is the matter.
    private var mayOverlap: Bool {
        roundTrips.count < Self.maxRoundTrips && phase.claims && link.isSound && !reconciliation.isOpen
            && undescribed.isEmpty && !suspects.isRequested && suspects.running == nil
    }

    private func asksForLostClaims(at now: Instant) -> Bool {
        guard let nextQuestion, !running.isEmpty else { return false }
        return nextQuestion <= now
    }

    /// Sends everything that is to be said in one round trip; false when that is nothing.
    mutating func send(_ now: Instant, _ commands: inout [Command]) -> Bool {
        link.sends()
        let requests = makeRequests(at: now)
        guard !requests.isEmpty else { return false }
        outbox = Outbox()
        let number = roundTripsSoFar
        roundTripsSoFar += 1
        roundTrips[number] = RoundTrip(requests: requests, isSingly: link.sendsSingly)
        commands.append(
            .send(Exchange(number: number, requests: requests, isSeparate: !sharesTransaction(requests)))
        )
        return true
    }

    /// Whether the statements may commit together, which spares the server a flush of its log.
    ///
    /// A claim never waits for a lock, so it can follow a batch of completions in one transaction. Batches of several
    /// kinds take their locks one after the other, which would not be in the order of ids: each is its own transaction.
    private func sharesTransaction(_ requests: [Request]) -> Bool {
        !link.sendsSingly && requests.count(where: \.isOutcome) <= 1
            && !requests.contains(where: \.describes)
    }

    private mutating func makeRequests(at now: Instant) -> [Request] {
        var requests = outcomeRequests(at: now)
        // First, so that what was taken away has been told to end when what is held instead starts.
        if asksForLostClaims(at: now) { requests.append(.lost(runningInOrder.map(\.job.claim))) }
        if reconciliation.isOpen {
            reconciliation.ask()
            requests.append(.held(unseen: claimsUnseen))
        }
        requests += undescribed.map(Request.describe)
        undescribed = []
        if retries.mustAsk(at: now) {
            let questions = retries.takeQuestions(at: now)
            if !questions.isEmpty { requests.append(.stillHeld(questions)) }
        }
        if mustTellStop { requests.append(.stopping) }
        // A claim rides along with results; a report of progress is no reason to look.
        let claims = look.isDue(at: now) || requests.contains(where: \.isOutcome)
        let reports = takeReports()
        if !reports.isEmpty { requests.append(.progress(reports)) }
        if claims { requests += claimRequests(at: now) }
        return requests
    }

    private func outcomeRequests(at now: Instant) -> [Request] {
        var requests: [Request] = []
        let size = link.sendsSingly ? 1 : Self.batch
        let isOverdue =
            { [retries] in retries.isOverdue($0.job.claim, at: now) } as (CompletedAttempt) -> Bool
        let overdue = outbox.completions.filter(isOverdue)
        let fresh = overdue.isEmpty ? outbox.completions : outbox.completions.filter { !isOverdue($0) }
        requests += chunks(fresh, size).map { .complete($0, continues: continues) }
        requests += chunks(overdue, size).map { .complete($0, continues: false) }
        requests += chunks(outbox.failures, size).map(Request.fail)
        requests += chunks(outbox.snoozes, size).map(Request.snooze)
        requests += chunks(outbox.releases, size).map { .release($0, began: true) }
        requests += chunks(outbox.neverStarted, size).map { .release($0, began: false) }
        requests += chunks(outbox.logs, size).map(Request.logs)
        return requests
    }

    private mutating func claimRequests(at now: Instant) -> [Request] {
        guard phase.claims, !reconciliation.isOpen, !look.isLooking else { return [] }
        guard let hearing else {
            look.rest(at: now)
            return []
        }
        if phase == .draining, look.foundNothing, !suspects.foundNothing { suspects.request(at: now) }
        if suspects.holdsClaims(running: running.count, at: now) { return suspectRequests(at: now) }
        var requests: [Request] = []
        if let sleeping = look.tellsSleep {
            if hearing == .listens {
                requests.append(.sleeping(sleeping))
            } else {
                look.told(sleeping: sleeping)
            }
        }
        let free = freeSlots(at: now)
        guard free > 0 else {
            look.waitForSlots(at: now)
            return requests
        }
        let asksForNextDue = look.asksForNextDue
        look.looks()
        requests.append(.claim(limit: min(free, Self.batch), lanes: look.lanes, unseen: claimsUnseen))
        if asksForNextDue { requests.append(.nextDue) }
        return requests
    }

    /// One suspect, once nothing else runs and everything is written.
    private mutating func suspectRequests(at now: Instant) -> [Request] {
        guard running.isEmpty else {
            look.rest(at: now)
            return []
        }
        look.lookNow(at: now)
        return isWritten ? [.claimSuspect(unseen: claimsUnseen)] : []
    }

    /// Whether no outcome is left to be sent.
    var isWritten: Bool { outbox.isEmpty && retries.isEmpty && resolving.isEmpty }

    /// Whether this worker takes the next action of an operation itself.
    private var continues: Bool { phase.claims && !suspects.isRequested }

    /// What has ended meanwhile has nothing to report.
    private mutating func takeReports() -> [(claim: Claim, report: ProgressReport)] {
        defer { reports = [] }
        return reports.filter { running[$0.claim.claimID] != nil }
    }

    private func chunks<Element>(_ elements: [Element], _ size: Int) -> [[Element]] {
        if elements.count <= size { return elements.isEmpty ? [] : [elements] }
        return stride(from: 0, to: elements.count, by: size).map { start in
            Array(elements[start..<min(start + size, elements.count)])
        }
    }
}
