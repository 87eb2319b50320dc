/// Makes room for jobs whose worker died: one of them may be the killer, so each runs with nothing beside it.
///
/// A worker that hears of suspects claims nothing new until its actions have ended, then takes the suspects one at a time.
/// Where its actions go on too long, it gives up for a while, so that a suspect does not hold up the queue; the patience
/// doubles each time, so that the suspect has its turn in the end.
struct Quarantine: Sendable {
    private(set) var isRequested = false
    private var since: ContinuousClock.Instant?
    private var patience: Duration = .seconds(2)
    private var notBefore: ContinuousClock.Instant?

    /// The claim of the suspect that runs.
    var suspect: Int64?

    /// Whether the last look found no suspect.
    private(set) var foundNothing = false

    /// The heartbeat has seen suspects.
    mutating func request() {
        foundNothing = false
        guard !isRequested, notBefore.map({ $0 <= .now }) ?? true else { return }
        isRequested = true
        since = .now
    }

    /// A suspect begins to run, or there is none left.
    mutating func claimed(_ claim: Int64?) {
        if let claim {
            suspect = claim
            since = .now
        } else {
            self = Quarantine()
            foundNothing = true
        }
    }

    /// A claim has come to nothing.
    mutating func forget(_ claim: Claim) {
        if suspect == claim.claimID { suspect = nil }
    }

    /// Whether ordinary claims have to wait.
    mutating func holdsClaims(running: Int) -> Bool {
        guard isRequested else { return suspect != nil }
        if running > 0, suspect == nil, let since, since + patience <= .now {
            isRequested = false
            notBefore = .now + patience * 2
            patience = min(patience * 2, .seconds(3600))
            return false
        }
        return true
    }
}
