import Logging

extension ClaimedJob {
    /// The keys that every line about an action carries.
    var metadata: Logger.Metadata {
        [
            LogKey.operation: "\(operation)", LogKey.operationID: .stringConvertible(claim.operationID),
            LogKey.action: "\(branch)/\(action)", LogKey.attempt: .stringConvertible(attempt),
        ]
    }
}

extension FailureRecord {
    /// The keys that lines about a failure carry besides.
    var metadata: Logger.Metadata {
        [LogKey.errorType: "\(errorType)", LogKey.error: "\(message)"]
    }
}

extension Logger {
    /// One line per attempt: debug for what went well, warning for a failure, with the error and not its stack.
    func log(_ job: ClaimedJob, _ outcome: ActionOutcome) {
        switch outcome {
        case .completed, .committed: debug("action completed", metadata: job.metadata)
        case .snoozed(let snooze):
            debug("action snoozed", metadata: job.metadata.merging(["when": "\(snooze.when)"]) { $1 })
        case .cancelled: info("action cancelled and handed back", metadata: job.metadata)
        case .failed(let failure):
            var metadata = job.metadata.merging(failure.metadata) { $1 }
            metadata["max_attempts"] = .stringConvertible(job.maxAttempts)
            warning("action failed", metadata: metadata)
        }
    }
}
