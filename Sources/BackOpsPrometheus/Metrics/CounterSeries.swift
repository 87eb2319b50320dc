import CoreMetrics
import Synchronization

final class CounterSeries: MetricSeries, CounterHandler {
    private let count = Atomic<Int64>(0)

    func increment(by amount: Int64) {
        // A counter never falls, and one that would overflow wraps around, which Prometheus takes for a restart.
        if amount > 0 { count.wrappingAdd(amount, ordering: .relaxed) }
    }

    func reset() { count.store(0, ordering: .relaxed) }

    var samples: [MetricSample] { [MetricSample(value: Double(count.load(ordering: .relaxed)))] }
}
