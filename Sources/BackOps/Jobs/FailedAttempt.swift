/// A failed attempt as `fail_many` takes it.
package struct FailedAttempt: Sendable {
    package let claim: Claim
    /// Nil where it could not be read.
    package let job: ClaimedJob?
    package let timedOut: Bool
    package var failure: FailureRecord
    private let endedAt: Instant

    /// How long ago its body ended, where the names of its stack have taken their time; nil where that is not worth a word.
    var endedAgo: Duration? {
        let age = endedAt.duration(to: .now)
        return age < .milliseconds(10) ? nil : age
    }

    package init(claim: Claim, job: ClaimedJob? = nil, failure: FailureRecord, endedAt: Instant) {
        self.endedAt = endedAt
        self.claim = claim
        self.job = job
        timedOut = (failure.error as? BackOpsError)?.code == .timedOut
        self.failure = failure
    }

    package init(_ job: ClaimedJob, _ failure: FailureRecord, endedAt: Instant) {
        self.init(claim: job.claim, job: job, failure: failure, endedAt: endedAt)
    }
}

extension FailureRecord {
    var retryDelay: Duration? {
        if case .retryAfter(let delay) = decision { delay } else { nil }
    }
}
