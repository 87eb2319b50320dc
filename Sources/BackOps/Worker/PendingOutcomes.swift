import LibPQ

/// Outcomes that have to be sent.
///
/// Those that are on their way are in a ``Flight``, and come back here unless the database has acknowledged them: after an
/// outage they are sent again, and the claim that each one names makes a repetition harmless.
struct PendingOutcomes: Sendable {
    var completions: [CompletedAttempt] = []
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
        let claim = ended.end.job.claim
        switch ended.outcome {
        case .completed(let result): completions.append(CompletedAttempt(end: ended.end, result: result))
        case .committed: break
        case .failed(let failure):
            failures.append(FailedAttempt(ended.end.job, failure))
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
        case .complete(let sent, _): completions += sent.filter { !settled.contains($0.job.claim) }
        case .fail(let sent): failures += sent.filter { !settled.contains($0.claim) }
        case .snooze(let sent): snoozes += sent.filter { !settled.contains($0.claim) }
        case .release(let sent, began: true): releases += sent.filter { !settled.contains($0) }
        case .release(let sent, began: false): unbegun += sent.filter { !settled.contains($0) }
        case .logs(let sent): logs += sent
        default: break
        }
    }

    /// Forgets outcomes.
    ///
    /// - Parameter settled: Their claims.
    /// - Returns: What was forgotten.
    @discardableResult mutating func remove(_ settled: Set<Claim>) -> PendingOutcomes {
        var removed = PendingOutcomes()
        func part<Outcome>(_ outcomes: inout [Outcome], _ claim: (Outcome) -> Claim) -> [Outcome] {
            let gone = outcomes.filter { settled.contains(claim($0)) }
            if !gone.isEmpty { outcomes.removeAll { settled.contains(claim($0)) } }
            return gone
        }
        removed.completions = part(&completions, \.job.claim)
        removed.failures = part(&failures, \.claim)
        removed.snoozes = part(&snoozes, \.claim)
        removed.releases = part(&releases, \.self)
        removed.unbegun = part(&unbegun, \.self)
        return removed
    }
}
