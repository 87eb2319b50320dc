package import LibPQ

/// One statement of a round trip, and what its answer is for.
package enum Request: Sendable {
    case sleeping(Bool)
    case stopping
    /// Whether the answer may hand over what comes next.
    case complete([CompletedAttempt], continues: Bool)
    case fail([FailedAttempt])
    case snooze([SnoozedAttempt])
    /// Whether their actions have begun; what has not leaves no attempt behind.
    case release([Claim], began: Bool)
    case logs([(claim: Claim, lines: PQJSON)])
    case progress([(claim: Claim, report: ProgressReport)])
    case held(unseen: Bool)
    /// Which of these claims, whose outcomes are not taken, are still this worker's.
    case stillHeld([Claim])
    case lost([Claim])
    /// Whether the answer names the claims only, and what belongs to each is asked for by itself.
    case claim(limit: Int, lanes: [Lane], unseen: Bool)
    case claimSuspect(unseen: Bool)
    case describe(Claim)
    case nextDue

    /// Whether it writes what became of jobs.
    package var isOutcome: Bool {
        switch self {
        case .complete, .fail, .snooze, .release: true
        default: false
        }
    }

    /// The claims whose outcomes it writes.
    package var claims: [Claim] {
        switch self {
        case .complete(let attempts, _): attempts.map(\.job.claim)
        case .fail(let attempts): attempts.map(\.claim)
        case .snooze(let attempts): attempts.map(\.claim)
        case .release(let claims, _): claims
        default: []
        }
    }

    /// Whether it asks what belongs to a claim, which may be refused and must not take others with it.
    package var describes: Bool { if case .describe = self { true } else { false } }

    /// Whether it stores what attempts logged.
    package var isLog: Bool { if case .logs = self { true } else { false } }

    /// Whether the database must be able to write to answer it.
    package var writes: Bool {
        switch self {
        case .held, .stillHeld, .describe, .nextDue: false
        default: true
        }
    }

    /// How many slots its answer may fill.
    package var slots: Int {
        switch self {
        case .complete(let completions, let continues): continues ? completions.count : 0
        case .claim(let limit, _, _): limit
        case .claimSuspect, .describe: 1
        default: 0
        }
    }
}
