/// Outcomes that the database has not acknowledged yet.
///
/// They leave only when it has answered: after an outage they are sent again, and the claim that each one names makes a
/// repetition harmless.
struct PendingOutcomes: Sendable {
    var completions: [(job: ClaimedJob, result: ActionResult)] = []
    var failures: [FailedAttempt] = []
    var snoozes: [SnoozedAttempt] = []
    var releases: [Claim] = []

    var isEmpty: Bool { completions.isEmpty && failures.isEmpty && snoozes.isEmpty && releases.isEmpty }

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
        Set(completions.map(\.job.claim) + failures.map(\.claim) + snoozes.map(\.claim) + releases)
    }

    /// Forgets what has been settled.
    mutating func remove(_ settled: Set<Claim>) {
        completions.removeAll { settled.contains($0.job.claim) }
        failures.removeAll { settled.contains($0.claim) }
        snoozes.removeAll { settled.contains($0.claim) }
        releases.removeAll { settled.contains($0) }
    }
}
