import BackOpsPrometheus
import Glibc
import Logging
import Testing

@Suite struct `A monitoring server without descriptors` {
    /// In a process of its own, whose limit is real.
    @Test func `waits idly, says so once, and answers everybody once there are some`() async {
        await #expect(processExitsWith: .success) {
            let (messages, continuation) = AsyncStream.makeStream(of: Logger.Message.self)
            let logger = Logger(label: "test") { _ in Messages(continuation: continuation) }
            let server = MonitoringServer(
                on: try ServerAddress("127.0.0.1:0"),
                metrics: nil,
                workers: [],
                logger: logger
            )
            try server.start()
            #expect(try server.get("/healthz").status == 200)

            let clients = (0..<3).map { _ in Client() }
            let limit = try DescriptorLimit.now()
            try DescriptorLimit.allowNoMore()
            for client in clients { try client.connect(to: server) }
            var iterator = messages.makeAsyncIterator()
            let first = await iterator.next()
            #expect(first?.description.hasPrefix("cannot accept clients") == true)

            // The listener is readable all the while.
            let before = clock()
            poll(nil, 0, 1000)
            #expect(Double(clock() - before) / Double(CLOCKS_PER_SEC) < 0.5)

            try limit.set()
            for client in clients {
                client.send("GET /healthz HTTP/1.1\r\n\r\n")
                #expect(client.read().hasSuffix("ok\n"))
            }
            server.stop()
            continuation.finish()
            #expect(await iterator.next() == nil)
        }
    }
}

/// Hands on the messages.
private struct Messages: LogHandler {
    let continuation: AsyncStream<Logger.Message>.Continuation
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { continuation.yield(event.message) }
}

/// The process's limit of open descriptors.
private struct DescriptorLimit {
    private var value: rlimit

    static func now() throws -> Self {
        var value = rlimit()
        try #require(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &value) == 0)
        return Self(value: value)
    }

    /// Leaves room for those that are open.
    static func allowNoMore() throws {
        var limit = try now()
        let lowest = dup(0)
        try #require(lowest >= 0)
        close(lowest)
        limit.value.rlim_cur = rlim_t(lowest)
        try limit.set()
    }

    func set() throws {
        var value = value
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &value) == 0)
    }
}
