/// Hears what a worker does, and passes it on to counts, metrics and health.
///
/// Backends are looked for once, when the worker begins to run: without one, an action costs two readings of the clock and an
/// addition to the counts.
struct WorkerTelemetry: Sendable {
    let counts = ActionCounts()
    let metrics: WorkerMetrics?
    let tracing: WorkerTracing?
    let health: WorkerHealth

    init(_ configuration: WorkerConfiguration, health: WorkerHealth) {
        metrics = WorkerMetrics(configuration)
        tracing = WorkerTracing()
        self.health = health
    }

    /// An attempt has ended, however it did.
    func ended(_ ended: WorkerInbox.Ended) {
        let labels = ActionLabels(ended.job)
        let outcome = AttemptOutcome(ended.outcome, of: ended.job)
        counts.add(labels, outcome, ended.duration)
        metrics?.ended(labels, outcome, ended.duration)
    }

    /// A claim was answered.
    func claimed(_ jobs: [ClaimedJob], duration: Duration) {
        metrics?.claimed(jobs, duration: duration)
        tracing?.claimed(jobs, duration: duration)
    }

    func lostLease() {
        health.lostLease()
        metrics?.lostLease()
    }
}
