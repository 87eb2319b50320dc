/// Names an action in metrics and counts: never by an id or by globals, so that there are only so many.
struct ActionLabels: Sendable, Hashable {
    let operation: String
    /// Branch and name.
    let action: String
    let queue: String

    /// Stands for all operations that brought their own branches: their names are free, and may be as many as there are operations.
    static let adHoc = "(ad hoc)"

    init(_ job: ClaimedJob) {
        operation = job.definitionID == nil ? Self.adHoc : job.operation
        action = "\(job.branch)/\(job.action)"
        queue = job.queue
    }
}

extension ActionLabels {
    static func == (lhs: ActionLabels, rhs: ActionLabels) -> Bool {
        lhs.operation.hasSameBytes(as: rhs.operation) && lhs.action.hasSameBytes(as: rhs.action)
            && lhs.queue.hasSameBytes(as: rhs.queue)
    }

    func hash(into hasher: inout Hasher) {
        operation.hashBytes(into: &hasher)
        action.hashBytes(into: &hasher)
        queue.hashBytes(into: &hasher)
    }
}

/// Says in one word how an attempt ended, as metrics and spans do.
enum AttemptOutcome: String, Sendable, CaseIterable {
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
