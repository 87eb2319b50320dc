package import Logging

extension Dispatcher {
    /// Something that is to be done for a worker.
    package enum Command: Sendable {
        /// Send statements to the database; the answer names the number.
        case send(Exchange)
        /// Start an action as soon as a slot is free; one that must not wait, only if one is free now.
        case start(ClaimedJob, mayWait: Bool)
        /// Cancel an action, which gives its slot away; one that waits for a slot does not start.
        case cancel(ClaimedJob)
        /// Take back the actions that have waited for a slot since then, or all that wait.
        case withdrawWaiting(since: Instant?)
        /// Look up the names of a stack.
        case name(FailureTrace, of: Claim)
        /// Give reports back that were not written: they are offered again, unless there are newer ones.
        case restoreReports([(claim: Claim, report: ProgressReport)])
        /// Tell log, metrics and health.
        case tell(Note)
        /// Sleep until a point in time, unless something happens before: that many endings of actions, or anything else.
        case wait(until: Instant, endings: Int)
        /// Leave.
        case finish(End)
    }

    /// Something that people may want to know.
    package enum Note: Sendable {
        /// How an attempt ended: for log, metrics, counts and the span.
        case conclude(AttemptEnd, ActionOutcome)
        /// An attempt of which the database does not want to hear is counted; the log has been told why.
        case lose(AttemptEnd)
        /// A line of the log.
        case log(LogLine)
        /// The line about an operation that is completed.
        case logCompleted(ClaimedJob)
        /// The jobs of a claim, and how long it took.
        case countClaim([ClaimedJob], Duration)
        /// For metrics and health.
        case observe(Observation)
    }

    /// Why a dispatcher has finished.
    package enum End: Sendable {
        case stopped
        /// The lease is gone: the worker registers again.
        case leaseEnded
    }

    /// What metrics and health are told.
    package enum Observation: Sendable {
        case databaseIsThere
        case databaseIsAway(any Error)
        case running(Int)
        case listens(Bool)
        case jobIsUnreadable
        case workerIsStopping
        case leaseIsLost
    }

    /// Statements that go out in one round trip.
    package struct Exchange: Sendable {
        package let number: Int
        package let requests: [Request]
        /// Whether each statement is a transaction of its own.
        package let isSeparate: Bool
    }
}

/// A line of the log; its metadata are made only where somebody reads them.
package struct LogLine: Sendable {
    package let level: Logger.Level
    package let message: Logger.Message
    package var claim: Claim?
    package var job: ClaimedJob?
    package var failure: FailureRecord?
    package var error: (any Error)?
    package var more: Logger.Metadata = [:]

    var metadata: Logger.Metadata {
        var metadata = claim?.metadata ?? [:]
        metadata.merge(job?.metadata ?? [:]) { $1 }
        metadata.merge(failure?.metadata ?? [:]) { $1 }
        if let error { metadata[LogKey.error] = "\(error)" }
        return metadata.merging(more) { $1 }
    }
}
