public import BackOps

/// What somebody decides during `runInline`.
public struct InlineDecision: Sendable {
    let name: String
    let verdict: Decision.Verdict
    let by: String
    let reason: String?
    let delay: Duration

    /// Makes a decision.
    ///
    /// - Parameters:
    ///   - name: What an approval is called.
    ///   - verdict: What is decided.
    ///   - by: Who decides; nobody asks whether they may.
    ///   - reason: Why.
    ///   - delay: How long after the question, in virtual time; what comes when the time is over is too late.
    public init(
        _ name: String,
        _ verdict: Decision.Verdict,
        by: String = "runInline",
        reason: String? = nil,
        after delay: Duration = .zero
    ) {
        self.name = name
        self.verdict = verdict
        self.by = by
        self.reason = reason
        self.delay = delay
    }
}
