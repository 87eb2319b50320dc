import LibPQ

/// One statement of a round trip, and what its answer is for.
enum ExchangePart: Sendable {
    case sleeping(Bool)
    case stopping
    case complete([(job: ClaimedJob, result: ActionResult)])
    case fail([FailedAttempt])
    case snooze([SnoozedAttempt])
    /// Whether their actions have begun; what has not leaves no attempt behind.
    case release([Claim], began: Bool)
    case logs([(claim: Claim, lines: PQJSON)])
    case progress([(claim: Claim, report: WorkerActionHost.Report)])
    case held
    case lost([Claim])
    case claim(limit: Int)
    case claimSuspect
    case nextDue

    /// Whether it writes what became of jobs.
    var isOutcome: Bool {
        switch self {
        case .complete, .fail, .snooze, .release: true
        case .sleeping, .stopping, .logs, .progress, .held, .lost, .claim, .claimSuspect, .nextDue: false
        }
    }

    /// Whether it stores what attempts logged.
    var isLog: Bool { if case .logs = self { true } else { false } }

    /// Whether the database must be able to write to answer it.
    var writes: Bool {
        switch self {
        case .held, .nextDue: false
        default: true
        }
    }

    /// How many slots its answer may fill.
    var slots: Int {
        switch self {
        case .complete(let completions): completions.count
        case .claim(let limit): limit
        case .claimSuspect: 1
        case .sleeping, .stopping, .fail, .snooze, .release, .logs, .progress, .held, .lost, .nextDue: 0
        }
    }
}

/// A round trip that is under way.
struct Flight: Sendable {
    let parts: [ExchangePart]
    /// Whether each outcome is a statement of its own, to find the one that is at fault.
    let isSingly: Bool
    let task: Task<Void, Never>

    var looksForJobs: Bool {
        parts.contains { if case .claim = $0 { true } else { false } }
    }

    /// How many slots its answer may fill.
    var slots: Int { parts.reduce(0) { $0 + $1.slots } }
}

/// What came of a flight.
struct Landing: Sendable {
    let flight: Int
    let answers: Result<[Result<PQResult, PQError>], any Error>
    let duration: Duration
}
