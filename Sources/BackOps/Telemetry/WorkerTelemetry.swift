import Logging

/// Hears what a worker does, and passes it on to counts, metrics and health.
///
/// Backends are looked for once, when the worker begins to run: without one, an action costs two readings of the clock and an
/// addition to the counts.
struct WorkerTelemetry: Sendable {
    let counts = ActionCounts()
    let metrics: WorkerMetrics?
    let tracing: WorkerTracing?
    let health: WorkerHealth

    /// Finds the backends.
    ///
    /// - Parameters:
    ///   - slots: How many actions the worker runs at once.
    ///   - version: The version of the application.
    ///   - health: The worker's health.
    init(slots: Int, version: String, health: WorkerHealth) {
        metrics = WorkerMetrics(slots: slots, version: version)
        tracing = WorkerTracing()
        self.health = health
    }

    /// An attempt has ended, however it did.
    func ended(_ end: AttemptEnd, _ outcome: ActionOutcome) {
        let labels = ActionLabels(end.job)
        let word = OutcomeLabel(outcome, of: end.job)
        counts.add(labels, word, end.duration)
        metrics?.ended(labels, word, end.duration)
        end.span?.conclude(outcome, of: end.job)
    }

    /// A claim was answered.
    func claimed(_ jobs: [ClaimedJob], duration: Duration) {
        metrics?.claimed(jobs, duration: duration)
        tracing?.claimed(jobs, duration: duration)
    }

    /// A subsystem does not reach the database: one of them says so, once for an outage.
    func lost(_ subsystem: WorkerHealth.Subsystem, _ error: any Error, _ logger: Logger) {
        guard health.lost(subsystem) else { return }
        logger.warning("worker cannot reach the database", metadata: [LogKey.error: "\(error)"])
    }

    /// A subsystem reaches the database; the last one that had not says so.
    func regained(_ subsystem: WorkerHealth.Subsystem, _ logger: Logger) {
        if health.regained(subsystem) { logger.notice("worker reaches the database again") }
    }

    func lostLease() {
        health.lostLease()
        metrics?.lostLease()
    }
}
