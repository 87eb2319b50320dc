/// Makes room for suspects: jobs whose worker died, one of which may have killed it, so that each runs with nothing beside it.
///
/// A worker that hears of suspects claims nothing new until its actions have ended, then takes the suspects one at a time.
/// Where its actions go on too long, it gives up for a while, so that a suspect does not hold up the queue; the patience
/// doubles each time, so that the suspect has its turn in the end.
package struct SuspectTurn: Sendable {
    /// Whether suspects are to have their turn.
    package private(set) var isRequested = false
    private var since: Instant?
    private var patience = Self.shortestPatience
    private var notBefore: Instant?

    /// The claim of the suspect that runs.
    package private(set) var running: Int64?

    /// Whether a suspect may have been handed over in an answer that got lost.
    private var isAnswerLost = false

    /// Whether the last look found no suspect.
    package private(set) var foundNothing = false

    /// How long running actions may keep suspects from their turn, at first and at most.
    package static let shortestPatience: Duration = .seconds(2)
    package static let longestPatience: Duration = .seconds(3600)

    package init() {}

    /// The heartbeat has seen suspects.
    package mutating func request(at now: Instant) {
        foundNothing = false
        guard !isRequested, notBefore.map({ $0 <= now }) ?? true else { return }
        isRequested = true
        since = now
    }

    /// A suspect begins to run, or there is none left.
    package mutating func claimed(_ claim: Int64?, at now: Instant) {
        if let claim {
            running = claim
            since = now
        } else {
            self = SuspectTurn()
            foundNothing = true
        }
    }

    /// The answer that would have handed over a suspect, or none, got lost.
    package mutating func answerIsLost() { isAnswerLost = true }

    /// The worker has learnt what it holds; what came in an answer that got lost is a suspect, if one was asked for.
    package mutating func found(_ claim: Int64?, at now: Instant) {
        guard isAnswerLost else { return }
        isAnswerLost = false
        guard let claim else { return }
        running = claim
        since = now
    }

    /// A claim runs no more, or never began.
    package mutating func ended(_ claim: Int64) {
        if running == claim { running = nil }
    }

    /// Tells whether ordinary claims have to wait.
    ///
    /// - Parameters:
    ///   - actions: How many actions run.
    ///   - now: The time.
    /// - Returns: Whether they do.
    package mutating func holdsClaims(running actions: Int, at now: Instant) -> Bool {
        guard isRequested else { return running != nil }
        if actions > 0, running == nil, let since, since + patience <= now {
            isRequested = false
            notBefore = now + patience * 2
            patience = min(patience * 2, Self.longestPatience)
            return false
        }
        return true
    }
}
