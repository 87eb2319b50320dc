import Logging

/// What is to be told of an attempt whose body has ended, once it is known what became of it.
///
/// The body's end is not the last word: what it completed may be refused by the database.
package struct AttemptEnd: Sendable {
    package let job: ClaimedJob
    /// How long the body ran.
    package let duration: Duration
    package let span: AttemptSpan?
    /// What it logged, where that is kept for a failure.
    package let log: AttemptLog?

    package init(
        job: ClaimedJob,
        duration: Duration = .zero,
        span: AttemptSpan? = nil,
        log: AttemptLog? = nil
    ) {
        self.job = job
        self.duration = duration
        self.span = span
        self.log = log
    }
}

extension Dispatcher {
    /// Tells log, metrics, counts and the span how an attempt ended: every one passes here, or ``lose(_:)``.
    func conclude(_ end: AttemptEnd, _ outcome: ActionOutcome) {
        log(end.job, outcome)
        telemetry.ended(end, outcome)
    }

    /// An attempt has ended, and the database does not want to hear of it: the log has been told why.
    func lose(_ end: AttemptEnd) { telemetry.ended(end, .cancelled) }

    /// Tells of the outcomes that are not written because the lease is gone or the worker leaves.
    func loseOutcomes(_ outcomes: Outbox, _ reason: Logger.Message) {
        for attempt in outcomes.completions {
            logger.warning(reason, metadata: attempt.job.metadata)
            lose(attempt.end)
        }
        for attempt in outcomes.failures {
            logger.warning(
                reason,
                metadata: attempt.claim.metadata.merging(attempt.job?.metadata ?? [:]) { $1 }
            )
        }
        for claim in outcomes.snoozes.map(\.claim) + outcomes.releases + outcomes.neverStarted {
            logger.warning(reason, metadata: claim.metadata)
        }
    }
}
