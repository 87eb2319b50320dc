/// How an attempt ended, as metrics and spans have it.
enum OutcomeLabel: String, Sendable, CaseIterable {
    case completed
    /// It failed, and its operation with it.
    case failed
    /// It failed, and is tried again.
    case retried
    case snoozed
    /// Its task was cancelled; the job is handed back.
    case cancelled

    init(_ outcome: ActionOutcome, of job: ClaimedJob) {
        self =
            switch outcome {
            case .completed, .committed: .completed
            case .snoozed: .snoozed
            case .cancelled: .cancelled
            case .failed(let failure):
                failure.decision == .permanent || job.attempt >= job.maxAttempts ? .failed : .retried
            }
    }
}
