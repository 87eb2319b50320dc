import CoreMetrics
import LibPQ
import Synchronization

/// Records what a worker does with whatever swift-metrics backend there is; the article Telemetry lists the names.
final class WorkerMetrics: Sendable {
    /// The metrics of one action, looked up once.
    private struct ActionMetrics: Sendable {
        let duration: Recorder
        let outcomes: [OutcomeLabel: Counter]
    }

    /// The depth of one queue in the order of ``QueueDepth/states``, and the age of its oldest ready job.
    private struct QueueMetrics: Sendable {
        let states: [Meter]
        let oldest: Meter
    }

    /// How many of a queue may run at once, and how many do.
    private struct LimitMetrics: Sendable {
        let maximum: Meter
        let running: Meter
    }

    private struct Lookups: Sendable {
        var actions: [ActionLabels: ActionMetrics] = [:]
        var latencies: [String: Recorder] = [:]
        var queues: [String: QueueMetrics] = [:]
        var limits: [String: LimitMetrics] = [:]
    }

    private let handles: MetricHandles
    private let lookups = Mutex(Lookups())
    private let slots: Int
    private let busySlots: Meter
    private let freeSlots: Meter
    private let claimDuration: Recorder
    private let claimBatchSize: Recorder
    private let leasesLost: Counter
    private let unreadableJobs: Counter
    private let listenConnected: Meter
    private let openConnections: Meter
    private let waitersForConnections: Meter

    init?(slots: Int, version: String) {
        guard let handles = MetricHandles.current else { return nil }
        self.handles = handles
        self.slots = slots
        busySlots = handles.meter("backops_worker_slots", ["state": "busy"])
        freeSlots = handles.meter("backops_worker_slots", ["state": "free"])
        claimDuration = handles.histogram("backops_claim_duration_seconds")
        claimBatchSize = handles.histogram("backops_claim_batch_size")
        leasesLost = handles.counter("backops_leases_lost_total")
        unreadableJobs = handles.counter("backops_unreadable_jobs_total")
        listenConnected = handles.meter("backops_listen_connected")
        openConnections = handles.meter("backops_db_connections", ["state": "open"])
        waitersForConnections = handles.meter("backops_db_connections", ["state": "waited_for"])
        leasesLost.increment(by: 0)
        unreadableJobs.increment(by: 0)
        listenConnected.set(0)
        handles.meter(
            "backops_build_info",
            ["version": version, "schema_version": "\(MigrationStep.newestVersion)"]
        ).set(1)
    }

    func ended(_ labels: ActionLabels, _ outcome: OutcomeLabel, _ duration: Duration) {
        let metrics = metrics(of: labels)
        metrics.outcomes[outcome]?.increment()
        if outcome != .cancelled { metrics.duration.record(duration.seconds) }
    }

    func claimed(_ jobs: [ClaimedJob], duration: Duration) {
        claimDuration.record(duration.seconds)
        guard !jobs.isEmpty else { return }
        claimBatchSize.record(jobs.count)
        for job in jobs {
            let latency = lookups.withLock { lookups in
                if let known = lookups.latencies[job.queue] { return known }
                let made = handles.histogram("backops_queue_latency_seconds", ["queue": job.queue])
                lookups.latencies[job.queue] = made
                return made
            }
            latency.record(max(0, Double(job.claimedAt.microseconds - job.runAt.microseconds) / 1e6))
        }
    }

    func running(_ count: Int) {
        busySlots.set(count)
        freeSlots.set(max(0, slots - count))
    }

    func connections(open: Int, waitedFor: Int) {
        openConnections.set(open)
        waitersForConnections.set(waitedFor)
    }

    func lostLease() { leasesLost.increment() }

    func couldNotRead() { unreadableJobs.increment() }

    func scheduled(_ event: ScheduleEvent) {
        handles.counter(
            "backops_schedule_slots_total",
            ["schedule": event.schedule, "outcome": event.outcome, "reason": event.reason ?? ""]
        ).increment(by: event.slots)
        if let lateness = event.lateness {
            handles.histogram("backops_schedule_lateness_seconds").record(max(0, lateness))
        }
    }

    func listens(_ isConnected: Bool) { listenConnected.set(isConnected ? 1 : 0) }

    /// Shows the depth of all queues; one that has gone is empty.
    func depths(_ depths: [QueueDepth]) {
        lookups.withLock { lookups in
            for queue in Set(lookups.queues.keys).subtracting(depths.map(\.queue)) {
                set(QueueDepth(queue: queue), lookups.queues[queue])
            }
            for depth in depths {
                let metrics = lookups.queues[depth.queue] ?? queueMetrics(depth.queue)
                lookups.queues[depth.queue] = metrics
                set(depth, metrics)
            }
        }
    }

    /// Shows the limits of queues; of a queue that has none any more nothing is shown.
    func limits(_ limits: [SampledQueueLimit]) {
        lookups.withLock { lookups in
            for queue in Set(lookups.limits.keys).subtracting(limits.map(\.queue)) {
                guard let metrics = lookups.limits.removeValue(forKey: queue) else { continue }
                metrics.maximum.destroy()
                metrics.running.destroy()
            }
            for limit in limits {
                let metrics = lookups.limits[limit.queue] ?? limitMetrics(limit.queue)
                lookups.limits[limit.queue] = metrics
                metrics.maximum.set(limit.maximum)
                metrics.running.set(limit.running)
            }
        }
    }

    private func limitMetrics(_ queue: String) -> LimitMetrics {
        LimitMetrics(
            maximum: handles.meter("backops_queue_limit", ["queue": queue]),
            running: handles.meter("backops_queue_limit_running", ["queue": queue])
        )
    }

    /// Shows how much is at waits of every kind.
    func waits(_ depths: [WaitDepth]) {
        for depth in depths {
            handles.meter("backops_wait_depth", ["kind": depth.kind]).set(depth.waiting)
            handles.meter("backops_wait_oldest_seconds", ["kind": depth.kind]).set(depth.oldestSeconds)
        }
    }

    private func set(_ depth: QueueDepth, _ metrics: QueueMetrics?) {
        guard let metrics else { return }
        for (meter, count) in zip(metrics.states, depth.counts) { meter.set(count) }
        metrics.oldest.set(depth.oldestSeconds)
    }

    private func queueMetrics(_ queue: String) -> QueueMetrics {
        QueueMetrics(
            states: QueueDepth.states.map {
                handles.meter("backops_queue_depth", ["queue": queue, "state": $0])
            },
            oldest: handles.meter("backops_queue_oldest_seconds", ["queue": queue])
        )
    }

    private func metrics(of labels: ActionLabels) -> ActionMetrics {
        lookups.withLock { lookups in
            if let known = lookups.actions[labels] { return known }
            let made = ActionMetrics(
                duration: handles.histogram(
                    "backops_action_duration_seconds",
                    ["operation": labels.operation, "action": labels.action]
                ),
                outcomes: Dictionary(
                    uniqueKeysWithValues: OutcomeLabel.allCases.map { outcome in
                        let counter = handles.counter(
                            "backops_actions_total",
                            [
                                "operation": labels.operation, "action": labels.action,
                                "queue": labels.queue, "outcome": outcome.rawValue,
                            ]
                        )
                        return (outcome, counter)
                    }
                )
            )
            lookups.actions[labels] = made
            return made
        }
    }
}
