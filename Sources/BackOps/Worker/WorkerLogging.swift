import Logging

extension ClaimedJob {
    /// The keys that every line about an action carries.
    var metadata: Logger.Metadata {
        [
            LogKey.operation: "\(operation)", LogKey.operationID: "\(claim.operationID)",
            LogKey.action: "\(branch)/\(action)", LogKey.attempt: "\(attempt)",
        ]
    }
}

extension Dispatcher {
    /// One line per attempt: debug for what went well, warning for a failure, with the error and not its stack.
    func log(_ ended: WorkerInbox.Ended) {
        switch ended.outcome {
        case .completed, .committed: logger.debug("action completed", metadata: ended.job.metadata)
        case .snoozed(let when):
            logger.debug("action snoozed", metadata: ended.job.metadata.merging(["when": "\(when)"]) { $1 })
        case .cancelled: logger.info("action cancelled and handed back", metadata: ended.job.metadata)
        case .failed(let failure):
            let details: Logger.Metadata = [
                "error_type": "\(failure.errorType)", "error": "\(failure.message)",
                "max_attempts": "\(ended.job.maxAttempts)",
            ]
            logger.warning("action failed", metadata: ended.job.metadata.merging(details) { $1 })
        }
    }
}
