import LibPQ

/// Outcomes that have to be sent.
///
/// Those that are on their way are in a ``Flight``, and come back here unless the database has acknowledged them: after an
/// outage they are sent again, and the claim that each one names makes a repetition harmless.
struct PendingOutcomes: Sendable {
    var completions: [(job: ClaimedJob, result: ActionResult)] = []
    var failures: [FailedAttempt] = []
    var snoozes: [SnoozedAttempt] = []
    var releases: [Claim] = []

    /// Claims of actions that have not begun.
    var unbegun: [Claim] = []

    /// What attempts have logged, to be stored with their outcomes.
    var logs: [(claim: Claim, lines: PQJSON)] = []

    var isEmpty: Bool { count == 0 && logs.isEmpty }

    var count: Int { completions.count + failures.count + snoozes.count + releases.count + unbegun.count }

    /// Files how an attempt ended.
    mutating func add(_ ended: WorkerInbox.Ended) {
        let claim = ended.job.claim
        switch ended.outcome {
        case .completed(let result): completions.append((ended.job, result))
        case .committed: break
        case .failed(let failure):
            let timedOut = (failure.error as? BackOpsError)?.code == .timedOut
            failures.append(FailedAttempt(claim: claim, timedOut: timedOut, failure: failure))
        case .snoozed(let when): snoozes.append(SnoozedAttempt(claim: claim, when: when))
        case .cancelled: releases.append(claim)
        }
    }

    /// The claims that have an outcome here.
    var claims: Set<Claim> {
        Set(completions.map(\.job.claim) + failures.map(\.claim) + snoozes.map(\.claim) + releases + unbegun)
    }

    /// Adds what another collection has.
    mutating func add(_ other: PendingOutcomes) {
        completions += other.completions
        failures += other.failures
        snoozes += other.snoozes
        releases += other.releases
        unbegun += other.unbegun
        logs += other.logs
    }

    /// Takes back what was on its way.
    mutating func restore(_ parts: [ExchangePart]) {
        for part in parts { restore(part) }
    }

    /// Takes back what was on its way and has not been settled.
    mutating func restore(_ part: ExchangePart, except settled: Set<Claim> = []) {
        switch part {
        case .complete(let sent): completions += sent.filter { !settled.contains($0.job.claim) }
        case .fail(let sent): failures += sent.filter { !settled.contains($0.claim) }
        case .snooze(let sent): snoozes += sent.filter { !settled.contains($0.claim) }
        case .release(let sent, began: true): releases += sent.filter { !settled.contains($0) }
        case .release(let sent, began: false): unbegun += sent.filter { !settled.contains($0) }
        case .logs(let sent): logs += sent
        case .sleeping, .stopping, .progress, .held, .lost, .claim, .claimSuspect, .nextDue: break
        }
    }

    /// Forgets what has been settled.
    mutating func remove(_ settled: Set<Claim>) {
        completions.removeAll { settled.contains($0.job.claim) }
        failures.removeAll { settled.contains($0.claim) }
        snoozes.removeAll { settled.contains($0.claim) }
        releases.removeAll { settled.contains($0) }
        unbegun.removeAll { settled.contains($0) }
    }
}
