/// Outcomes of jobs whose rows somebody had locked: they are sent again a little later, while everything else goes on.
///
/// As a rule that is another worker's claim, which had looked just before this worker took the job, and lets go within
/// milliseconds; it may also be a person in psql, so the pause grows while nothing else comes of it.
struct PostponedOutcomes: Sendable {
    private(set) var outcomes = PendingOutcomes()

    /// When to send them again; nil when there are none.
    private(set) var dueAt: ContinuousClock.Instant?

    private var pause = Self.shortestPause

    private static let shortestPause: Duration = .milliseconds(2)
    private static let longestPause: Duration = .milliseconds(100)

    var isEmpty: Bool { outcomes.isEmpty }

    /// Keeps what a round trip found locked; where nothing is any more, the pause is short again.
    ///
    /// - Parameters:
    ///   - part: What was sent.
    ///   - settled: What of it was taken.
    mutating func keep(_ part: ExchangePart, except settled: Set<Claim>) {
        outcomes.restore(part, except: settled)
        if isEmpty { pause = Self.shortestPause } else if dueAt == nil { dueAt = .now + pause }
    }

    /// Hands over what is to be sent now; empty when it is too early.
    mutating func takeDue() -> PendingOutcomes {
        guard let dueAt, dueAt <= .now else { return PendingOutcomes() }
        self.dueAt = nil
        pause = min(pause * 2, Self.longestPause)
        defer { outcomes = PendingOutcomes() }
        return outcomes
    }
}
