public import BackOps
import LibPQ
public import Logging
public import ServiceLifecycle
import Synchronization

/// Answers `/metrics`, `/healthz` and `/readyz` on a port of its own.
///
/// It is a small responder on one thread, so that actions that block every thread of Swift's pool cannot keep it from answering.
/// One request a connection; a client has five seconds and 8 KiB for it, and of more than 32 clients at once the one that has
/// been there longest gives way. By default it is reachable from this host alone: it has no passwords and no TLS.
///
/// | Path | Answer |
/// | --- | --- |
/// | `/metrics` | everything that was recorded, as Prometheus reads it |
/// | `/healthz` | 200 while every worker's heartbeat has moved within 30 seconds, or it holds its lease, whether or not the database answers; else 503, and the process should be restarted |
/// | `/readyz` | 200 while every worker is registered, holds its lease, and does not stop; else 503 with the reason |
///
/// ```swift
/// let metrics = PrometheusMetricsFactory()
/// MetricsSystem.bootstrap(metrics)
/// let worker = try BackOpsWorker(.environment) { Fulfilment(shop: LiveShop()) }
/// let server = MonitoringServer(on: try ServerAddress("127.0.0.1:9464"), metrics: metrics, workers: [worker])
/// // In this order, so that it still answers while the worker stops.
/// try await ServiceGroup(services: [server, worker], gracefulShutdownSignals: [.sigterm], logger: logger).run()
/// ```
public final class MonitoringServer: Service {
    /// How many clients are answered at once.
    static let maxConnections = 32

    private struct State {
        var listener: Int32?
        var waker: Int32?
        var port = 0
    }

    private let address: ServerAddress
    private let endpoints: Endpoints
    private let logger: Logger
    private let state = Mutex(State())

    /// Makes a server; it listens when it is run or started.
    ///
    /// - Parameters:
    ///   - address: Where to listen.
    ///   - metrics: What `/metrics` shows; nil is nothing.
    ///   - workers: Whose health it tells.
    ///   - logger: Where it logs that it cannot accept clients.
    public init(
        on address: ServerAddress,
        metrics: PrometheusMetricsFactory?,
        workers: [BackOpsWorker],
        logger: Logger = Logger(label: "backops")
    ) {
        self.address = address
        self.logger = logger
        endpoints = Endpoints(metrics: metrics, workers: workers.map(\.health))
    }

    /// Serves until the surrounding service group shuts down, or the task is cancelled.
    ///
    /// - Throws: ``MonitoringServerError`` when it cannot listen.
    public func run() async throws {
        try start()
        defer { stop() }
        do {
            try await gracefulShutdown()
        } catch is CancellationError {
            // That is an end as good as the other.
        }
    }

    /// Begins to serve.
    ///
    /// - Throws: ``MonitoringServerError`` when the address is taken or not this host's, or the system has no thread left.
    public func start() throws(MonitoringServerError) {
        let listener: Int32
        switch Sockets.startListening(on: address) {
        case .success(let descriptor): listener = descriptor
        case .failure(let failure):
            throw MonitoringServerError("cannot listen on \(address.text(port: address.port)): \(failure)")
        }
        guard let (reader, writer) = Sockets.pipe() else {
            Sockets.shut(listener)
            throw MonitoringServerError("the system has no file descriptors left for the monitoring server")
        }
        let port = Sockets.port(of: listener, isV6: address.isV6)
        state.withLock { $0 = State(listener: listener, waker: writer, port: port) }
        let (endpoints, logger) = (endpoints, logger)
        let hasStarted = DetachedThread.start(name: "backops-monitor") {
            Self.serve(listener, until: reader, endpoints, logger)
            for descriptor in [listener, reader] { Sockets.shut(descriptor) }
        }
        guard hasStarted else {
            for descriptor in [listener, reader, writer] { Sockets.shut(descriptor) }
            state.withLock { $0 = State() }
            throw MonitoringServerError("the system has no thread left for the monitoring server")
        }
    }

    /// Stops serving; clients that were not answered yet are not answered any more.
    public func stop() {
        // Closing its end wakes the thread, too, and leaves nothing behind.
        if let waker = state.withLock({ $0.waker.take() }) { Sockets.shut(waker) }
    }

    /// Where it listens, as text such as `127.0.0.1:9464`; nil before it has started.
    public var listeningAddress: String? {
        state.withLock { $0.listener == nil ? nil : address.text(port: $0.port) }
    }

    private static func serve(
        _ listener: Int32,
        until waker: Int32,
        _ endpoints: Endpoints,
        _ logger: Logger
    ) {
        var connections: [Connection] = []
        defer { for connection in connections { Sockets.shut(connection.descriptor) } }
        var shortage = AcceptShortage()
        while true {
            let listens = shortage.resumesAt == nil
            var interests = [Sockets.Interest(descriptor: waker)]
            interests += connections.map { Sockets.Interest(descriptor: $0.descriptor, reads: $0.reads) }
            if listens { interests.append(Sockets.Interest(descriptor: listener)) }
            Sockets.poll(&interests, milliseconds: wait(for: connections, shortage))
            if interests[0].isReady { return }
            for index in connections.indices where interests[index + 1].isReady {
                connections[index].advance(endpoints)
            }
            if listens, interests[connections.count + 1].isReady {
                accept(listener, &connections, &shortage, logger)
            }
            let hasClosed = close(&connections)
            shortage.advance(to: .now, hasRoom: hasClosed)
        }
    }

    private static func accept(
        _ listener: Int32,
        _ connections: inout [Connection],
        _ shortage: inout AcceptShortage,
        _ logger: Logger
    ) {
        while true {
            switch Sockets.accept(listener) {
            case .client(let descriptor):
                connections.append(Connection(descriptor))
                shortage.end()
            case .nothing: return
            case .failed(let failure):
                if shortage.begin(at: .now) {
                    logger.error(
                        "cannot accept clients of the monitoring server, which tries again until it can",
                        metadata: ["error": "\(failure)"]
                    )
                }
                return
            }
        }
    }

    /// Until the first of them has had its time, or clients are accepted again; without limit if there are none.
    private static func wait(for connections: [Connection], _ shortage: AcceptShortage) -> Int {
        guard let first = (connections.map(\.deadline) + [shortage.resumesAt].compactMap(\.self)).min() else {
            return -1
        }
        return max(0, Int((first - .now) / .milliseconds(1)) + 1)
    }

    /// Closes what is done, what takes too long, and the oldest of too many.
    ///
    /// - Returns: Whether it has closed any.
    private static func close(_ connections: inout [Connection]) -> Bool {
        let now = ContinuousClock.now
        let excess = max(0, connections.count(where: { !$0.isFinished }) - maxConnections)
        var open: [Connection] = []
        var closed = 0
        for connection in connections {
            let givesWay = !connection.isFinished && closed < excess
            if givesWay { closed += 1 }
            if connection.isFinished || connection.deadline <= now || givesWay {
                Sockets.shut(connection.descriptor)
            } else {
                open.append(connection)
            }
        }
        defer { connections = open }
        return open.count < connections.count
    }
}
