import CoreMetrics
import Synchronization

final class HistogramSeries: MetricSeries, RecorderHandler, TimerHandler {
    private struct State: Sendable {
        var counts: [Int]
        var sum = 0.0
    }

    private let limits: [Double]
    private let state: Mutex<State>

    /// - Parameter limits: Upper limits of the buckets, in ascending order; one more takes the rest.
    init(_ limits: [Double]) {
        self.limits = limits
        state = Mutex(State(counts: Array(repeating: 0, count: limits.count + 1)))
    }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        // What is not a number belongs into no bucket, and would make the sum one that is none either.
        guard !value.isNaN else { return }
        let index = limits.firstIndex { value <= $0 } ?? limits.count
        state.withLock { state in
            state.counts[index] += 1
            state.sum += value
        }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    var samples: [MetricSample] {
        let state = state.withLock { $0 }
        var total = 0
        var samples = zip(limits + [.infinity], state.counts).map { limit, count in
            total += count
            return MetricSample(
                suffix: "_bucket",
                label: MetricLabel(name: "le", value: PrometheusText.number(limit)),
                value: Double(total)
            )
        }
        samples.append(MetricSample(suffix: "_sum", value: state.sum))
        samples.append(MetricSample(suffix: "_count", value: Double(total)))
        return samples
    }
}
