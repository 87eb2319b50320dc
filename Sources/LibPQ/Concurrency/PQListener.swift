internal import Synchronization

/// Listens on channels with a connection and a thread of its own, and reconnects when the connection is lost.
///
/// Notifications sent while it is not connected are lost, as PostgreSQL has it: after every ``Event/connected``
/// look for yourself what happened meanwhile.
///
/// ```swift
/// let listener = PQListener(options, channels: ["jobs"])
/// for await event in listener.notifications { … }
/// ```
public final class PQListener: Sendable {
    /// What a listener hears.
    public enum Event: Sendable {
        /// Listens on all channels from now on; comes again after every reconnection.
        case connected
        /// Passes a notification on.
        case notification(channel: String, payload: String)
        /// Lost its connection, or could not connect. The listener tries again by itself.
        case disconnected(PQError)
    }

    /// The events, for one consumer.
    ///
    /// It ends after ``stop()``, when the thread has ended.
    ///
    /// A consumer that falls behind by more than 10,000 events loses the oldest.
    public let notifications: AsyncStream<Event>
    private let loop: ListenerLoop

    /// Starts listening on a thread of its own.
    ///
    /// - Parameters:
    ///   - options: Where and how to connect; not through PgBouncer in transaction mode, which cannot LISTEN.
    ///   - channels: The channels' names, as they are: upper and lower case differ.
    public init(_ options: PQOptions, channels: [String]) {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Event.self,
            bufferingPolicy: .bufferingNewest(10_000)
        )
        notifications = stream
        let loop = ListenerLoop(options, channels: channels, report: continuation)
        self.loop = loop
        continuation.onTermination = { _ in loop.stop() }
        loop.start()
    }

    deinit {
        loop.stop()
    }

    /// Closes the connection and ends the thread and the stream, soon; doesn't wait for it.
    public func stop() {
        loop.stop()
    }
}

/// Connects, listens, and starts over, until it is stopped.
private final class ListenerLoop: Sendable {
    /// How long nothing may come before the server is asked whether it is still there.
    private static let silence = Duration.seconds(30)
    private static let firstDelay = Duration.milliseconds(100)
    private static let longestDelay = Duration.seconds(10)

    private let options: PQOptions
    private let channels: [String]
    private let report: AsyncStream<PQListener.Event>.Continuation
    private let wakeUp: PQWakeUp?
    private let isStopped = Atomic(false)

    init(_ options: PQOptions, channels: [String], report: AsyncStream<PQListener.Event>.Continuation) {
        self.options = options
        self.channels = channels
        self.report = report
        wakeUp = try? PQWakeUp()
    }

    func start() {
        let started = wakeUp != nil && DetachedThread.start(name: "pq-listener") { self.run() }
        guard !started else { return }
        report.yield(
            .disconnected(PQError(.connectionFailed, "No thread or descriptor is left to listen with."))
        )
        report.finish()
    }

    func stop() {
        isStopped.store(true, ordering: .releasing)
        wakeUp?.signal()
    }

    private var goesOn: Bool { !isStopped.load(ordering: .acquiring) }

    private func run() {
        var delay = Self.firstDelay
        while goesOn {
            do throws(PQError) {
                try listen { delay = Self.firstDelay }
            } catch {
                if goesOn { report.yield(.disconnected(error)) }
            }
            guard goesOn else { break }
            // So that many listeners do not come back at the same moment.
            pause(delay * Double.random(in: 0.5...1))
            delay = min(delay * 2, Self.longestDelay)
        }
        report.finish()
    }

    /// Listens on one connection until it is lost or the listener is stopped.
    private func listen(_ whenConnected: () -> Void) throws(PQError) {
        var session = try PQSession.connect(options, interrupt: wakeUp)
        var text = ""
        for channel in channels { text += "listen \(try SQLIdentifier.quote(channel));" }
        try session.script(text, timeout: options.connectTimeout)
        whenConnected()
        report.yield(.connected)
        while goesOn {
            let received = try session.waitForNotifications(timeout: Self.silence, wakeUp: wakeUp)
            for notification in received {
                report.yield(.notification(channel: notification.channel, payload: notification.payload))
            }
            if received.isEmpty, goesOn { try session.script("select 1", timeout: options.connectTimeout) }
        }
    }

    /// Waits before the next attempt, unless it is stopped.
    private func pause(_ delay: Duration) {
        guard let wakeUp else { return }
        _ = SocketPoll.wait(wakeUp.reader, .read, until: Deadline(after: delay))
    }
}
