package import LibPQ

/// Outcomes that have to be sent.
///
/// Those that are on their way are in a ``RoundTrip``, and come back here unless the database has acknowledged them: after an
/// outage they are sent again, and the claim that each one names makes a repetition harmless.
package struct Outbox: Sendable {
    package var completions: [CompletedAttempt] = []
    package var failures: [FailedAttempt] = []
    package var snoozes: [SnoozedAttempt] = []
    package var releases: [Claim] = []

    /// Claims of actions that never started.
    package var neverStarted: [Claim] = []

    /// The lines that attempts have logged, to be stored with their outcomes.
    package var logs: [(claim: Claim, lines: PQJSON)] = []

    package init() {}

    package var isEmpty: Bool { count == 0 && logs.isEmpty }

    /// How many outcomes there are.
    package var count: Int {
        completions.count + failures.count + snoozes.count + releases.count + neverStarted.count
    }

    /// The claims that have an outcome here.
    package var claims: Set<Claim> {
        Set(
            completions.map(\.job.claim) + failures.map(\.claim) + snoozes.map(\.claim) + releases
                + neverStarted
        )
    }

    /// Adds the content of another outbox.
    package mutating func add(_ other: Outbox) {
        completions += other.completions
        failures += other.failures
        snoozes += other.snoozes
        releases += other.releases
        neverStarted += other.neverStarted
        logs += other.logs
    }

    /// Takes back outcomes that were on their way.
    package mutating func restore(_ requests: [Request]) {
        for request in requests { restore(request) }
    }

    /// Takes back outcomes that were on their way and have not been settled.
    package mutating func restore(_ request: Request, except settled: Set<Claim> = []) {
        switch request {
        case .complete(let sent, _): completions += sent.filter { !settled.contains($0.job.claim) }
        case .fail(let sent): failures += sent.filter { !settled.contains($0.claim) }
        case .snooze(let sent): snoozes += sent.filter { !settled.contains($0.claim) }
        case .release(let sent, began: true): releases += sent.filter { !settled.contains($0) }
        case .release(let sent, began: false): neverStarted += sent.filter { !settled.contains($0) }
        case .logs(let sent): logs += sent
        default: break
        }
    }

    /// Forgets the outcomes of these claims, but not their logs.
    ///
    /// - Returns: The outcomes that were forgotten.
    @discardableResult package mutating func remove(_ settled: Set<Claim>) -> Outbox {
        var removed = Outbox()
        func part<Outcome>(_ outcomes: inout [Outcome], _ claim: (Outcome) -> Claim) -> [Outcome] {
            let gone = outcomes.filter { settled.contains(claim($0)) }
            if !gone.isEmpty { outcomes.removeAll { settled.contains(claim($0)) } }
            return gone
        }
        removed.completions = part(&completions, \.job.claim)
        removed.failures = part(&failures, \.claim)
        removed.snoozes = part(&snoozes, \.claim)
        removed.releases = part(&releases, \.self)
        removed.neverStarted = part(&neverStarted, \.self)
        return removed
    }
}

extension Outbox {
    /// Files how an attempt ended.
    mutating func add(_ ended: EndedAction, at now: Instant) {
        let claim = ended.end.job.claim
        switch ended.outcome {
        case .completed(let result): completions.append(CompletedAttempt(end: ended.end, result: result))
        case .committed: break
        case .failed(let failure):
            failures.append(FailedAttempt(ended.end.job, failure, endedAt: now))
        case .snoozed(let snooze): snoozes.append(SnoozedAttempt(claim: claim, snooze: snooze))
        case .cancelled: releases.append(claim)
        }
    }
}
