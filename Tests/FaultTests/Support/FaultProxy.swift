import Glibc
import LibPQ
import Synchronization
import TestSupport

/// Stands between a worker and PostgreSQL on a TCP port of 127.0.0.1, and breaks the connections as networks do.
///
/// One thread serves all connections with poll(2); a reset needs that, because closing a socket on which another thread
/// waits sends nothing.
final class FaultProxy: Sendable {
    /// The way that bytes go.
    enum Direction: Sendable, CaseIterable {
        case toServer
        case toClient
    }

    /// How a connection ends.
    enum Ending: Sendable, CaseIterable {
        /// Both sides get an RST.
        case reset
        /// Both sides get a FIN, as from a program that closes.
        case finish
    }

    /// What happens to the next COMMIT, on whichever connection it comes.
    enum CommitFault: Sendable, CaseIterable {
        /// It does not reach the server; the connection is cut.
        case dropRequest
        /// The server commits; the connection is cut before its answer.
        case dropAnswer
        /// The server commits; its answer, and all that follows, vanishes, while the connection stays open.
        case swallowAnswer
        /// The server commits; the answer waits for ``FaultProxy/Control/releasesAnswers``.
        case holdAnswer
        /// It does not reach the server, and the connection stays open: for a worker that is about to be frozen.
        case keepRequest
    }

    /// A point in the stream, counted in bytes that go one way from now on over all connections.
    struct Cut: Sendable {
        var direction: Direction
        var afterBytes: Int
        var ending: Ending
    }

    /// What the test wants, and what it may see.
    struct Control: Sendable {
        var silent: Set<Direction> = []
        var delay: Duration = .zero
        var cut: Cut?
        var commitFault: CommitFault?
        /// How many commits it befalls.
        var commitFaultCount = 1
        var cutsEverything: Ending?
        var releasesAnswers = false
        /// An answer that contains this text waits for ``releasesAnswers``, and the others of its connection behind it.
        var heldText: String?
        /// Whether an answer waits.
        var holdsAnswer = false
        var isClosed = false

        /// The bytes forwarded each way since ``FaultProxy/arm(_:)``.
        var forwarded: [Direction: Int] = [:]
        /// The faults that have happened so far.
        var faults = 0
    }

    let port: UInt16
    private let control = Mutex(Control())
    private let wakeUp: (read: Int32, write: Int32)

    /// Opens the port and starts the thread.
    ///
    /// - Parameter socketPath: The server's Unix socket.
    /// - Throws: ``ProxyFailed`` when the system has no port or thread left.
    init(to socketPath: String) throws {
        var ends: [Int32] = [0, 0]
        let listener = Socket.listenOnLoopback()
        guard pipe(&ends) == 0, let listener else { throw ProxyFailed() }
        wakeUp = (ends[0], ends[1])
        port = Socket.port(of: listener)
        let loop = ProxyLoop(listener: listener, wakeUp: ends[0], socketPath: socketPath)
        let isRunning = DetachedThread.start(name: "fault-proxy") { [self] in loop.run(self) }
        guard isRunning else { throw ProxyFailed() }
    }

    /// Ends the thread, and with it all connections.
    func close() { change { $0.isClosed = true } }

    /// Changes what happens, at once.
    func change(_ body: (inout Control) -> Void) {
        control.withLock { body(&$0) }
        var byte: UInt8 = 0
        _ = write(wakeUp.write, &byte, 1)
    }

    /// What happens, and what has happened.
    var state: Control { control.withLock { $0 } }

    /// Counts from here, and cuts a connection at a point from here; nil only counts.
    func arm(_ cut: Cut?) {
        change { control in
            control.forwarded = [:]
            control.cut = cut
        }
    }

    /// Lets nothing through any more, without a word to either side.
    func fallSilent(_ directions: Set<Direction> = Set(Direction.allCases)) {
        change { $0.silent = directions }
    }

    /// Ends the silence: what was under way arrives.
    func heal() { change { $0.silent = [] } }

    /// Ends all connections.
    func cutEverything(_ ending: Ending) { change { $0.cutsEverything = ending } }

    fileprivate func update<R: Sendable>(_ body: (inout sending Control) -> sending R) -> R {
        control.withLock { body(&$0) }
    }
}

struct ProxyFailed: Error {}

// MARK: - The thread

/// One connection through the proxy.
private struct Link {
    /// Bytes on their way in one direction.
    struct Stream {
        var chunks: [(bytes: [UInt8], due: ContinuousClock.Instant)] = []
        /// The source will send nothing more.
        var hasEnded = false
    }

    let client: Int32
    let server: Int32
    var streams: [FaultProxy.Direction: Stream] = [.toServer: Stream(), .toClient: Stream()]
    /// What happens to the server's next answer.
    var answer: FaultProxy.CommitFault?
    var isOver = false

    func source(_ direction: FaultProxy.Direction) -> Int32 { direction == .toServer ? client : server }
    func target(_ direction: FaultProxy.Direction) -> Int32 { direction == .toServer ? server : client }

    mutating func end(_ ending: FaultProxy.Ending) {
        guard !isOver else { return }
        isOver = true
        for socket in [client, server] { Socket.close(socket, abruptly: ending == .reset) }
    }
}

private final class ProxyLoop: Sendable {
    private let listener: Int32
    private let wakeUp: Int32
    private let socketPath: String

    init(listener: Int32, wakeUp: Int32, socketPath: String) {
        self.listener = listener
        self.wakeUp = wakeUp
        self.socketPath = socketPath
    }

    func run(_ proxy: FaultProxy) {
        var links: [Link] = []
        while true {
            let control = proxy.state
            if control.isClosed { break }
            if let ending = control.cutsEverything {
                for index in links.indices { links[index].end(ending) }
                proxy.update { control in
                    control.cutsEverything = nil
                    control.faults += 1
                }
            }
            links.removeAll(where: \.isOver)
            waitForEvents(links, control)
            if let client = Socket.accept(listener) {
                if let server = Socket.connect(path: socketPath) {
                    links.append(Link(client: client, server: server))
                } else {
                    Socket.close(client, abruptly: true)
                }
            }
            for index in links.indices { serve(&links[index], proxy) }
        }
        for index in links.indices { links[index].end(.finish) }
        Glibc.close(listener)
    }

    /// Waits until a socket can be read or written, a delayed chunk is due, or the test wants something else.
    private func waitForEvents(_ links: [Link], _ control: FaultProxy.Control) {
        var polls = [
            pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0),
        ]
        var timeout: Duration = .seconds(1)
        for link in links {
            for direction in FaultProxy.Direction.allCases where !control.silent.contains(direction) {
                guard let stream = link.streams[direction] else { continue }
                if !stream.hasEnded {
                    polls.append(pollfd(fd: link.source(direction), events: Int16(POLLIN), revents: 0))
                }
                guard let first = stream.chunks.first, !isHeld(link, direction, control) else { continue }
                let pause = first.due - .now
                if pause <= .zero {
                    polls.append(pollfd(fd: link.target(direction), events: Int16(POLLOUT), revents: 0))
                } else {
                    timeout = min(timeout, pause)
                }
            }
        }
        let milliseconds = Int32(timeout / .milliseconds(1)) + 1
        _ = poll(&polls, nfds_t(polls.count), milliseconds)
        if polls[1].revents != 0 {
            var buffer = [UInt8](repeating: 0, count: 64)
            _ = read(wakeUp, &buffer, buffer.count)
        }
    }

    private func isHeld(
        _ link: Link,
        _ direction: FaultProxy.Direction,
        _ control: FaultProxy.Control
    ) -> Bool {
        direction == .toClient && link.answer == .holdAnswer && !control.releasesAnswers
    }

    private func serve(_ link: inout Link, _ proxy: FaultProxy) {
        for direction in FaultProxy.Direction.allCases where !link.isOver {
            guard !proxy.state.silent.contains(direction) else { continue }
            take(&link, direction, proxy)
            if !link.isOver { give(&link, direction, proxy.state) }
        }
    }

    /// Reads what has come, and lets the faults have their way with it.
    private func take(_ link: inout Link, _ direction: FaultProxy.Direction, _ proxy: FaultProxy) {
        guard link.streams[direction]?.hasEnded == false else { return }
        switch Socket.receive(link.source(direction)) {
        case .nothing: return
        case .end: link.streams[direction]?.hasEnded = true
        case .bytes(let bytes):
            if direction == .toServer, bytes.contains(subsequence: "commit\0") {
                link.answer = proxy.update { control in
                    guard let fault = control.commitFault else { return nil }
                    control.faults += 1
                    control.commitFaultCount -= 1
                    if control.commitFaultCount == 0 {
                        control.commitFault = nil
                        control.commitFaultCount = 1
                    }
                    return fault
                }
                if link.answer == .keepRequest { return }
                if link.answer == .dropRequest {
                    link.end(.reset)
                    return
                }
            }
            if direction == .toClient, let text = proxy.state.heldText, bytes.contains(subsequence: text) {
                link.answer = .holdAnswer
            }
            if direction == .toClient, link.answer == .dropAnswer {
                link.end(.reset)
                return
            }
            if direction == .toClient, link.answer == .swallowAnswer { return }
            if direction == .toClient, link.answer == .holdAnswer { proxy.update { $0.holdsAnswer = true } }
            forward(bytes, &link, direction, proxy)
        }
    }

    private func forward(
        _ bytes: [UInt8],
        _ link: inout Link,
        _ direction: FaultProxy.Direction,
        _ proxy: FaultProxy
    ) {
        let (count, ending, delay) = proxy.update { control in
            var count = bytes.count
            var ending: FaultProxy.Ending?
            if let cut = control.cut, cut.direction == direction {
                let left = cut.afterBytes - control.forwarded[direction, default: 0]
                if left < bytes.count {
                    (count, ending) = (left, cut.ending)
                    control.cut = nil
                    control.faults += 1
                }
            }
            control.forwarded[direction, default: 0] += count
            return (count, ending, control.delay)
        }
        link.streams[direction]?.chunks.append((Array(bytes[..<count]), .now + delay))
        guard let ending else { return }
        give(&link, direction, proxy.state)
        link.end(ending)
    }

    /// Writes what is due.
    private func give(_ link: inout Link, _ direction: FaultProxy.Direction, _ control: FaultProxy.Control) {
        guard !isHeld(link, direction, control) else { return }
        while let first = link.streams[direction]?.chunks.first, first.due <= .now {
            let sent = Socket.send(first.bytes, link.target(direction))
            if sent < first.bytes.count {
                link.streams[direction]?.chunks[0].bytes.removeFirst(sent)
                break
            }
            link.streams[direction]?.chunks.removeFirst()
        }
        if let stream = link.streams[direction], stream.hasEnded, stream.chunks.isEmpty { link.end(.finish) }
    }
}

extension [UInt8] {
    fileprivate func contains(subsequence text: String) -> Bool {
        String(decoding: self, as: UTF8.self).contains(text)
    }
}
