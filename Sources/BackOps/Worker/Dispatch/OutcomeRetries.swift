/// Outcomes that the database has not taken: they are sent again a little later, while everything else goes on.
///
/// As a rule another session had the rows of their jobs locked. That is another worker's claim, which had looked just before this
/// worker took the job, and lets go within milliseconds; it may also be a person in psql, so the pause grows while nothing else
/// comes of it. An outcome that waits for longer than that gives its slot away, and the worker asks whether there is still a job
/// to wait for: where rows of the operation were taken away, nothing would ever come of it.
package struct OutcomeRetries: Sendable {
    package private(set) var outcomes = Outbox()

    /// When to send them again; nil when there are none.
    package private(set) var dueAt: Instant?

    /// Since when each of them has not been taken, those that are on their way once more included.
    private var since: [Claim: Instant] = [:]

    /// When to ask whether there is still a job to wait for.
    private var nextQuestion: Instant?
    private var reported: Set<Claim> = []
    private var pause = Self.shortestPause

    package static let shortestPause: Duration = .milliseconds(2)
    package static let longestPause: Duration = .milliseconds(100)

    /// How long an outcome keeps its slot, and is taken for one whose job is merely locked.
    package static let patience: Duration = .seconds(1)

    /// The longest time between two questions about the same outcomes.
    package static let longestSilence: Duration = .seconds(60)

    package init() {}

    package var isEmpty: Bool { outcomes.isEmpty }

    /// Keeps the outcomes that a round trip did not settle; where nothing is left any more, the pause is short again.
    ///
    /// - Parameters:
    ///   - request: The outcomes that were sent.
    ///   - settled: The claims whose outcomes were taken.
    ///   - now: The time.
    package mutating func keep(_ request: Request, except settled: Set<Claim>, at now: Instant) {
        for claim in request.claims {
            if settled.contains(claim) { forget(claim) } else { since[claim] = since[claim] ?? now }
        }
        outcomes.restore(request, except: settled)
        if !since.isEmpty, nextQuestion == nil { nextQuestion = now + Self.patience }
        if isEmpty { pause = Self.shortestPause } else if dueAt == nil { dueAt = now + pause }
    }

    /// Hands over the outcomes that are to be sent now; none when it is too early.
    package mutating func takeDue(at now: Instant) -> Outbox {
        guard let dueAt, dueAt <= now else { return Outbox() }
        self.dueAt = nil
        pause = min(pause * 2, Self.longestPause)
        defer { outcomes = Outbox() }
        return outcomes
    }

    /// Whether the outcome has waited for so long that nothing is to wait for it.
    package func isOverdue(_ claim: Claim, at now: Instant) -> Bool {
        guard !since.isEmpty, let first = since[claim] else { return false }
        return first + Self.patience <= now
    }

    /// Returns how many completions keep a slot for the job that their answers may hand over.
    package func slots(_ completions: [CompletedAttempt], at now: Instant) -> Int {
        since.isEmpty ? completions.count : completions.count { !isOverdue($0.job.claim, at: now) }
    }

    /// Whether to ask now.
    package func mustAsk(at now: Instant) -> Bool { nextQuestion.map { $0 <= now } ?? false }

    /// Returns the claims to ask about, in order; after the answer they are asked about again, less often.
    package mutating func takeQuestions(at now: Instant) -> [Claim] {
        let overdue = since.keys.filter { isOverdue($0, at: now) }.sorted()
        let longest = since.values.min().map { now - $0 } ?? .zero
        nextQuestion =
            since.isEmpty ? nil : now + max(Self.patience, min(longest, Self.longestSilence))
        return overdue
    }

    /// Whether it was not reported yet that this outcome is not taken.
    package mutating func isFirstReport(of claim: Claim) -> Bool { reported.insert(claim).inserted }

    /// An outcome is not waited for any more.
    package mutating func forget(_ claim: Claim) {
        since[claim] = nil
        reported.remove(claim)
        if since.isEmpty { nextQuestion = nil }
    }

    /// Drops an outcome.
    ///
    /// - Returns: The outcome; nothing while it is on its way.
    package mutating func remove(_ claim: Claim) -> Outbox {
        forget(claim)
        return outcomes.remove([claim])
    }
}
