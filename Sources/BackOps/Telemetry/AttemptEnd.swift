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
