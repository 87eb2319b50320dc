import BackOps
import BackOpsPrometheus
import BackOpsTesting
import BackOpsTestingTraits
import CoreMetrics
import Foundation
import Logging
import ServiceLifecycle
import Subprocess
import TestSupport
import Testing

#if canImport(System)
import System
#else
import SystemPackage
#endif

@Suite struct `A monitoring server` {
    private let metrics = PrometheusMetricsFactory()

    private func serving(_ body: (MonitoringServer) throws -> Void) throws {
        let server = MonitoringServer(on: try ServerAddress("127.0.0.1:0"), metrics: metrics, workers: [])
        try server.start()
        defer { server.stop() }
        try body(server)
    }

    @Test func `shows the metrics, and nothing where there are none`() throws {
        Counter(label: "hits_total", factory: metrics).increment()
        try serving { server in
            let (status, body) = try server.get("/metrics?name=x")
            #expect(status == 200)
            #expect(body == metrics.text())
            #expect(try server.get("/metrics", method: "HEAD") == (200, ""))
        }
    }

    @Test func `answers what makes no sense, and goes on`() throws {
        try serving { server in
            #expect(try server.get("/").status == 404)
            #expect(try server.get("/../etc/passwd").status == 404)
            #expect(try server.get("/metrics", method: "POST").status == 405)
            for nonsense in [
                "hello\r\n\r\n", "GET http://x/ HTTP/1.1\n\n", "\r\n\r\n", "GET / HTTP/2.0\r\n\r\n",
            ] {
                let client = try Client(server)
                client.send(nonsense)
                #expect(client.read().hasPrefix("HTTP/1.1 400 "), "\(nonsense)")
            }
            let long = try Client(server)
            long.send("GET / HTTP/1.1\r\n" + String(repeating: "x", count: 10_000))
            #expect(long.read().hasPrefix("HTTP/1.1 431 "))
            #expect(try server.get("/healthz") == (200, "ok\n"))
        }
    }

    @Test func `reads a request that comes in pieces`() throws {
        try serving { server in
            let client = try Client(server)
            for piece in ["GE", "T /healthz HT", "TP/1.1\r", "\nHost: x\r\n\r", "\n"] { client.send(piece) }
            #expect(client.read().hasSuffix("ok\n"))
        }
    }

    @Test func `closes a connection that says nothing`() throws {
        try serving { server in
            let silent = try Client(server)
            #expect(silent.read().isEmpty)
        }
    }

    @Test func `answers while a hundred clients dawdle`() throws {
        try serving { server in
            let slow = try (0..<100).map { _ in try Client(server) }
            for client in slow { client.send("GET /metrics") }
            for _ in 0..<10 { #expect(try server.get("/healthz").status == 200) }
            #expect(slow.count == 100)
        }
    }

    @Test func `stops with its service group, and leaves the port free`() async throws {
        let server = MonitoringServer(on: try ServerAddress("127.0.0.1:0"), metrics: metrics, workers: [])
        let group = ServiceGroup(
            services: [server],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        async let run: Void = group.run()
        while server.listeningAddress == nil { await Task.yield() }
        let address = try #require(server.listeningAddress)
        await group.triggerGracefulShutdown()
        try await run
        // Its thread closes the port a moment later.
        let again = MonitoringServer(on: try ServerAddress(address), metrics: metrics, workers: [])
        while true {
            do {
                try again.start()
                break
            } catch {
                await Task.yield()
            }
        }
        #expect(throws: MonitoringServerError.self) {
            try MonitoringServer(on: ServerAddress(address), metrics: nil, workers: []).start()
        }
        again.stop()
    }

    @Test(arguments: [
        ("127.0.0.1:9464", "127.0.0.1", 9464), ("9464", "127.0.0.1", 9464), ("localhost:0", "127.0.0.1", 0),
        ("[::1]:80", "::1", 80), ("0.0.0.0:65535", "0.0.0.0", 65_535),
    ])
    func `listens at an address`(text: String, host: String, port: Int) throws {
        let address = try ServerAddress(text)
        #expect(address.host == host)
        #expect(address.port == port)
    }

    @Test(arguments: ["", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "example.com:80", "1.2.3:80", "::1"])
    func `refuses what is no address, and says what one looks like`(text: String) {
        let error = #expect(throws: MonitoringServerError.self) { try ServerAddress(text) }
        #expect(error?.description.contains("127.0.0.1:9464") == true)
    }
}

/// Does nothing, or waits.
private struct Waiting: OperationDefinition {
    static let name = "Waiting \"quoted\""
    let isRunning: @Sendable () -> Void
    var branches: [Branch] {
        Do("Wait") { _ in
            isRunning()
            try await Task.sleep(for: .seconds(600))
        }
    }
}

@Suite(.backops) struct `A worker that is watched` {
    private func worker(
        _ database: BackOpsDatabase,
        isRunning: @escaping @Sendable () -> Void = {}
    ) throws -> BackOpsWorker {
        try BackOpsWorker(database, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) {
            Waiting(isRunning: isRunning)
        }
    }

    private func serving(
        _ workers: [BackOpsWorker],
        _ metrics: PrometheusMetricsFactory? = nil,
        _ body: (MonitoringServer) async throws -> Void
    ) async throws {
        let server = MonitoringServer(
            on: try ServerAddress("127.0.0.1:0"),
            metrics: metrics,
            workers: workers
        )
        try server.start()
        defer { server.stop() }
        try await body(server)
    }

    @Test func `is alive and ready while it works, and neither afterwards`() async throws {
        let worker = try worker(TestDatabase.current.database)
        try await serving([worker]) { server in
            #expect(try server.get("/healthz") == (503, "the worker has not started\n"))
            let task = Task { try await worker.run() }
            try await eventually("it is ready") { try server.get("/readyz").status == 200 }
            #expect(try server.get("/healthz").status == 200)
            task.cancel()
            try await task.value
            #expect(try server.get("/healthz") == (503, "the worker has stopped\n"))
        }
    }

    @Test func `is not ready while it finishes what runs, but alive`() async throws {
        let gate = AsyncStream.makeStream(of: Void.self)
        let worker = try worker(TestDatabase.current.database) { gate.continuation.yield() }
        let client = BackOpsClient(TestDatabase.current.database)
        try await client.enqueue(Waiting.self)
        try await serving([worker]) { server in
            let group = ServiceGroup(
                services: [worker],
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            let task = Task { try await group.run() }
            for await _ in gate.stream { break }
            await group.triggerGracefulShutdown()
            try await eventually("it is not ready") {
                try server.get("/readyz") == (503, "the worker is stopping\n")
            }
            #expect(try server.get("/healthz").status == 200)
            task.cancel()
            try await task.value
        }
        await client.close()
    }

    @Test func `is alive, but not ready, while there is no database`() async throws {
        let worker = try worker(try BackOpsDatabase("host=/nonexistent connect_timeout=1"))
        try await serving([worker]) { server in
            let task = Task { try await worker.run() }
            try await eventually("it is alive") { try server.get("/healthz").status == 200 }
            #expect(try server.get("/readyz").status == 503)
            task.cancel()
            try await task.value
        }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool")))
    func `has metrics that promtool finds nothing wrong with`() async throws {
        let metrics = PrometheusMetricsFactory()
        let gate = AsyncStream.makeStream(of: Void.self)
        let worker = try worker(TestDatabase.current.database) { gate.continuation.yield() }
        try await withMetricsFactory(metrics) {
            let client = BackOpsClient(TestDatabase.current.database)
            try await client.enqueue(Waiting.self)
            let task = Task { try await worker.run() }
            for await _ in gate.stream { break }
            task.cancel()
            try await task.value
            await client.close()
        }
        let text = metrics.text()
        for name in [
            "backops_actions_total", "backops_claim_batch_size", "backops_worker_slots", "backops_build_info",
        ] {
            #expect(text.contains("# TYPE \(name) "), "\(name)")
        }
        let result = try await Subprocess.run(
            .path(FilePath("/usr/bin/promtool")),
            arguments: ["check", "metrics"],
            input: .string(text),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        #expect(result.terminationStatus.isSuccess, "\(result.standardOutput)\(result.standardError)")
        #expect(result.standardOutput.isEmpty && result.standardError.isEmpty, "\(result.standardError)")
    }
}
