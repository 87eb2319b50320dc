import ArgumentParser
import BackOps
import BackOpsPrometheus
import CoreMetrics
import Logging

/// Where a worker answers those who watch it.
struct MonitoringOptions: ParsableArguments {
    @Option(
        name: .customLong("metrics"),
        help: ArgumentHelp(
            "Answer /metrics, /healthz and /readyz at this address.",
            discussion: "127.0.0.1:9464, or 0.0.0.0:9464 for other hosts; there are no passwords and no TLS.",
            valueName: "address"
        ),
        transform: Self.address
    )
    var address: ServerAddress?

    private static func address(_ text: String) throws(ArgumentError) -> ServerAddress {
        do {
            return try ServerAddress(text)
        } catch {
            throw ArgumentError(error.description)
        }
    }

    /// Runs a closure that runs a worker, beside a server if one is asked for.
    func watching(_ worker: BackOpsWorker, _ logger: Logger, _ run: () async throws -> Void) async throws {
        guard let address else { return try await run() }
        let metrics = PrometheusMetricsFactory()
        let server = MonitoringServer(on: address, metrics: metrics, workers: [worker], logger: logger)
        try server.start()
        defer { server.stop() }
        logger.info("worker can be watched", metadata: ["address": "\(server.listeningAddress ?? "")"])
        try await withMetricsFactory(Self.factory(with: metrics)) { try await run() }
    }

    /// The application may have a backend of its own, which gets the same.
    private static func factory(with metrics: PrometheusMetricsFactory) -> any MetricsFactory {
        guard MetricsSystem.factory is NOOPMetricsHandler else {
            return MultiplexMetricsHandler(factories: [MetricsSystem.factory, metrics])
        }
        MetricsSystem.bootstrap(metrics)
        return metrics
    }
}
