/// Outcomes that the database has not taken: they are sent again a little later, while everything else goes on.
///
/// As a rule somebody had the rows of their jobs locked. That is another worker's claim, which had looked just before this worker
/// took the job, and lets go within milliseconds; it may also be a person in psql, so the pause grows while nothing else comes
/// of it. What takes longer than that gives its slot away, and the worker asks whether there is still a job to wait for: where
/// rows of the operation were taken away, nothing would ever come of it.
struct PostponedOutcomes: Sendable {
    private(set) var outcomes = PendingOutcomes()

    /// When to send them again; nil when there are none.
    private(set) var dueAt: ContinuousClock.Instant?

    /// Since when each of them has not been taken, those that are on their way once more included.
    private var since: [Claim: ContinuousClock.Instant] = [:]

    /// When to ask whether there is still a job to wait for.
    private var nextQuestion: ContinuousClock.Instant?
    private var reported: Set<Claim> = []
    private var pause = Self.shortestPause

    private static let shortestPause: Duration = .milliseconds(2)
    private static let longestPause: Duration = .milliseconds(100)

    /// How long an outcome keeps its slot, and is taken for one whose job is merely locked.
    static let patience: Duration = .seconds(1)

    var isEmpty: Bool { outcomes.isEmpty }

    /// Keeps what a round trip did not settle; where nothing is left any more, the pause is short again.
    ///
    /// - Parameters:
    ///   - part: What was sent.
    ///   - settled: What of it was taken.
    mutating func keep(_ part: ExchangePart, except settled: Set<Claim>) {
        for claim in part.claims {
            if settled.contains(claim) { forget(claim) } else { since[claim] = since[claim] ?? .now }
        }
        outcomes.restore(part, except: settled)
        if !since.isEmpty, nextQuestion == nil { nextQuestion = .now + Self.patience }
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

    /// Whether the outcome has waited for so long that nothing is to wait for it.
    func isOverdue(_ claim: Claim) -> Bool {
        guard !since.isEmpty, let first = since[claim] else { return false }
        return first + Self.patience <= .now
    }

    /// How many completions keep a slot, for what their answers may hand over.
    func slots(_ completions: [CompletedAttempt]) -> Int {
        since.isEmpty ? completions.count : completions.count { !isOverdue($0.job.claim) }
    }

    /// Whether to ask now.
    var mustAsk: Bool { nextQuestion.map { $0 <= .now } ?? false }

    /// The claims to ask about; after the answer they are asked about again, less often.
    mutating func takeQuestions() -> [Claim] {
        let overdue = since.keys.filter { isOverdue($0) }
        let longest = since.values.min().map { .now - $0 } ?? .zero
        nextQuestion = since.isEmpty ? nil : .now + max(Self.patience, min(longest, .seconds(60)))
        return overdue
    }

    /// Whether nobody has been told yet that this outcome is not taken.
    mutating func isFirstReport(of claim: Claim) -> Bool { reported.insert(claim).inserted }

    /// An outcome is not waited for any more.
    mutating func forget(_ claim: Claim) {
        since[claim] = nil
        reported.remove(claim)
        if since.isEmpty { nextQuestion = nil }
    }

    /// Drops an outcome.
    ///
    /// - Returns: What was dropped; nothing while it is on its way.
    mutating func remove(_ claim: Claim) -> PendingOutcomes {
        forget(claim)
        return outcomes.remove([claim])
    }
}
