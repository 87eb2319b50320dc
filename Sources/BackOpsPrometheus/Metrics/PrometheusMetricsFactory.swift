public import CoreMetrics
import Synchronization

/// Collects swift-metrics in memory, and writes them as Prometheus reads them.
///
/// Counters become counters, meters and gauges become gauges, timers (in seconds) and recorders become histograms with fixed buckets.
/// Bootstrap it once, before anything is recorded; ``MonitoringServer`` serves it.
///
/// ```swift
/// let metrics = PrometheusMetricsFactory()
/// MetricsSystem.bootstrap(metrics)
/// ```
public final class PrometheusMetricsFactory: MetricsFactory {
    /// Buckets for durations in seconds: from a millisecond to an hour.
    public static let durationBuckets = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600,
    ]

    /// How many combinations of labels a metric may have; what exceeds them is not shown, but for its number in
    /// `prometheus_series_dropped_total`.
    public static let maxSeries = 2000

    private let help: [String: String]
    private let buckets: [String: [Double]]
    private let families = Mutex<[String: MetricFamily]>([:])
    private let dropped = Atomic<Int>(0)

    /// Makes a factory without any metrics.
    ///
    /// - Parameters:
    ///   - help: A sentence for a metric's name; those of BackOps have theirs.
    ///   - buckets: The upper limits for a histogram's name, in ascending order; those of BackOps have theirs, others get
    ///     ``durationBuckets``.
    public init(help: [String: String] = [:], buckets: [String: [Double]] = [:]) {
        self.help = MetricDescriptions.help.merging(help) { $1 }
        self.buckets = MetricDescriptions.buckets.merging(buckets) { $1 }
    }

    /// Makes a counter, or gives the one that has the name and the labels.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter) { CounterSeries() }
    }

    /// Makes a gauge, or gives the one that has the name and the labels.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge) { GaugeSeries() }
    }

    /// Makes a histogram, or a gauge when nothing is to be aggregated.
    public func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate {
            series(label, dimensions, .histogram) { HistogramSeries(limits(of: label)) }
        } else {
            series(label, dimensions, .gauge) { GaugeSeries() }
        }
    }

    /// Makes a histogram of seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .histogram) { HistogramSeries(limits(of: label)) }
    }

    /// Forgets a counter.
    public func destroyCounter(_ handler: any CounterHandler) { remove(handler) }

    /// Forgets a gauge.
    public func destroyMeter(_ handler: any MeterHandler) { remove(handler) }

    /// Forgets a histogram or a gauge.
    public func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }

    /// Forgets a histogram.
    public func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    /// Writes all metrics in the text format 0.0.4, by name.
    ///
    /// - Returns: The text; `text/plain; version=0.0.4; charset=utf-8`.
    public func text() -> String {
        var text = PrometheusText()
        for (name, family) in families.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            text.add(name, help: help[name] ?? "Recorded by the application.", family)
        }
        let dropped = dropped.load(ordering: .relaxed)
        if dropped > 0 {
            let counter = CounterSeries()
            counter.increment(by: Int64(dropped))
            text.add(
                "prometheus_series_dropped_total",
                help: "Combinations of labels that were too many to be shown.",
                MetricFamily(kind: .counter, series: [[]: counter])
            )
        }
        return text.contents
    }

    private func limits(of label: String) -> [Double] {
        buckets[PrometheusText.name(label)] ?? Self.durationBuckets
    }

    private func series<Series: MetricSeries>(
        _ label: String,
        _ dimensions: [(String, String)],
        _ kind: MetricFamily.Kind,
        _ make: () -> Series
    ) -> Series {
        let name = PrometheusText.name(label)
        let labels = dimensions.map { MetricLabel(name: PrometheusText.labelName($0.0), value: $0.1) }
            .sorted()
        return families.withLock { families in
            var family = families[name] ?? MetricFamily(kind: kind)
            if family.kind == kind, let known = family.series[labels] as? Series { return known }
            let made = make()
            // A name is of one kind, and a label stands there once; what would break the text is left out of it.
            guard family.kind == kind, Set(labels.map(\.name)).count == labels.count,
                family.series.count < Self.maxSeries
            else {
                dropped.add(1, ordering: .relaxed)
                return made
            }
            family.series[labels] = made
            families[name] = family
            return made
        }
    }

    private func remove(_ handler: AnyObject) {
        families.withLock { families in
            for (name, var family) in families {
                guard let labels = family.series.first(where: { $0.value === handler })?.key else { continue }
                family.series[labels] = nil
                families[name] = family.series.isEmpty ? nil : family
                return
            }
        }
    }
}
