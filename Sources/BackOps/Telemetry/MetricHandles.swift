import CoreMetrics

/// Creates the metrics of one backend, which is looked for once: where there is none, nothing is recorded at all.
struct MetricHandles: Sendable {
    let factory: any MetricsFactory

    /// The backend of the current task or of the process; nil when nobody has bootstrapped one.
    static var current: MetricHandles? {
        let factory = MetricsSystem.factory
        return factory is NOOPMetricsHandler ? nil : MetricHandles(factory: factory)
    }

    func counter(_ name: String, _ labels: KeyValuePairs<String, String> = [:]) -> Counter {
        Counter(label: name, dimensions: labels.map { ($0.key, $0.value) }, factory: factory)
    }

    func meter(_ name: String, _ labels: KeyValuePairs<String, String> = [:]) -> Meter {
        Meter(label: name, dimensions: labels.map { ($0.key, $0.value) }, factory: factory)
    }

    /// A distribution; values are in the unit that the name ends in.
    func histogram(_ name: String, _ labels: KeyValuePairs<String, String> = [:]) -> Recorder {
        Recorder(
            label: name,
            dimensions: labels.map { ($0.key, $0.value) },
            aggregate: true,
            factory: factory
        )
    }
}

extension Duration {
    var seconds: Double { self / .seconds(1) }
}
