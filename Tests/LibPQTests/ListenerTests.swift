import LibPQ
import Testing

@Suite(.server, .timeLimit(.minutes(5))) struct `Listening` {
    /// Takes events until one is as wanted.
    private func next(
        _ events: inout AsyncStream<PQListener.Event>.Iterator,
        where isWanted: (PQListener.Event) -> Bool
    ) async -> PQListener.Event? {
        while let event = await events.next(isolation: nil) {
            if isWanted(event) { return event }
        }
        return nil
    }

    private func isConnected(_ event: PQListener.Event) -> Bool {
        if case .connected = event { true } else { false }
    }

    private func isPayload(_ payload: String) -> (PQListener.Event) -> Bool {
        { event in
            if case .notification(_, payload) = event { true } else { false }
        }
    }

    @Test func `notifications arrive, also on channels with odd names`() async throws {
        let pool = PQPool(TestServer.options, size: 1)
        let channels = [uniqueName("Plain"), uniqueName("odd \" ; name")]
        let listener = PQListener(TestServer.options, channels: channels)
        var events = listener.notifications.makeAsyncIterator()
        #expect(await next(&events, where: isConnected) != nil)
        for channel in channels {
            try await pool.query("select pg_notify(\(channel), \("to " + channel))")
            #expect(await next(&events, where: isPayload("to " + channel)) != nil)
        }
        listener.stop()
        #expect(await next(&events) { _ in false } == nil)
        await pool.close()
    }

    @Test func `a listener whose connection is terminated comes back`() async throws {
        let pool = PQPool(TestServer.options, size: 1)
        let channel = uniqueName("c")
        var options = TestServer.options
        options.applicationName = channel
        let listener = PQListener(options, channels: [channel])
        var events = listener.notifications.makeAsyncIterator()
        #expect(await next(&events, where: isConnected) != nil)
        try await pool.query(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = \(channel)"
        )
        let disconnected = await next(&events) { event in
            if case .disconnected(let error) = event { error.code == .connectionLost } else { false }
        }
        #expect(disconnected != nil)
        #expect(await next(&events, where: isConnected) != nil)
        try await pool.query("select pg_notify(\(channel), 'again')")
        #expect(await next(&events, where: isPayload("again")) != nil)
        listener.stop()
        await pool.close()
    }

    @Test func `a listener without a server says so, and can be stopped`() async {
        let listener = PQListener(PQOptions("host=/nowhere-at-all"), channels: ["x"])
        var events = listener.notifications.makeAsyncIterator()
        let event = await next(&events) { _ in true }
        guard case .disconnected(let error) = event else {
            Issue.record("must be disconnected")
            return
        }
        #expect(error.code == .connectionFailed)
        listener.stop()
        #expect(await next(&events) { _ in false } == nil)
    }

    @Test func `a session waits for notifications, and can be woken`() async throws {
        let pool = PQPool(TestServer.options, size: 1)
        let channel = uniqueName("c")
        try await withConnection { connection async throws in
            try await connection.run { try $0.listen(channel) }
            try await pool.query("select pg_notify(\(channel), 'one'), pg_notify(\(channel), 'two')")
            let received = try await connection.run { session in
                var received: [PQNotification] = []
                while received.count < 2 {
                    received += try session.waitForNotifications(timeout: .seconds(600))
                }
                return received
            }
            #expect(received.map(\.payload) == ["one", "two"])
            #expect(received.allSatisfy { $0.channel == channel && $0.senderPID != connection.backendPID })
            let wakeUp = try PQWakeUp()
            wakeUp.signal()
            let woken = try await connection.run {
                try $0.waitForNotifications(timeout: .seconds(600), wakeUp: wakeUp)
            }
            #expect(woken.isEmpty)
            try await connection.run { try $0.unlisten(channel) }
            try await pool.query("select pg_notify(\(channel), 'three')")
            let more = try await connection.run { try $0.waitForNotifications(timeout: .milliseconds(20)) }
            #expect(more.isEmpty)
        }
        await pool.close()
    }
}
