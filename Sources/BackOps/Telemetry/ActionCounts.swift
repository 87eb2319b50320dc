import LibPQ
import Synchronization

/// Counts in memory what attempts did since it was last asked: what `record_actions` adds to the tables of throughput.
final class ActionCounts: Sendable {
    fileprivate struct Count: Sendable {
        var completed = 0
        var failed = 0
        var retried = 0
        var durations = DurationBuckets()

        mutating func add(_ outcome: OutcomeLabel, _ milliseconds: Double) {
            switch outcome {
            case .completed: completed += 1
            case .failed: failed += 1
            case .retried: retried += 1
            case .snoozed, .cancelled: return
            }
            durations.add(milliseconds: milliseconds)
        }

        mutating func add(_ other: Count) {
            completed += other.completed
            failed += other.failed
            retried += other.retried
            durations.add(other.durations)
        }
    }

    /// What was counted in some time.
    struct Batch: Sendable {
        fileprivate var counts: [ActionLabels: Count] = [:]

        var isEmpty: Bool { counts.isEmpty }

        /// What `record_actions` takes.
        var document: PQJSON {
            let rows = counts.map { labels, count in
                JSONValue.object([
                    "queue": .string(labels.queue), "operation": .string(labels.operation),
                    "action": .string(labels.action), "completed": .integer(Int64(count.completed)),
                    "failed": .integer(Int64(count.failed)), "retried": .integer(Int64(count.retried)),
                    "max_ms": JSONValue.Number(count.durations.longest).map(JSONValue.number) ?? .integer(0),
                    "buckets": .array(count.durations.counts.map { .integer(Int64($0)) }),
                ])
            }
            return PQJSON(JSONValue.array(rows).description)
        }
    }

    private let batch = Mutex(Batch())

    /// Counts an attempt; snoozes and cancellations are no throughput.
    func add(_ labels: ActionLabels, _ outcome: OutcomeLabel, _ duration: Duration) {
        guard outcome != .snoozed, outcome != .cancelled else { return }
        batch.withLock { $0.counts[labels, default: Count()].add(outcome, duration / .milliseconds(1)) }
    }

    /// Hands over what was counted, and begins again.
    func take() -> Batch {
        batch.withLock { batch in
            defer { batch = Batch() }
            return batch
        }
    }

    /// Takes back what could not be written.
    func restore(_ former: Batch) {
        batch.withLock { batch in
            for (labels, count) in former.counts { batch.counts[labels, default: Count()].add(count) }
        }
    }
}
