import Glibc
import Synchronization
import TestSupport

/// Stands between a test and the server, and breaks the connection at the COMMIT.
///
/// Takes one connection on a local TCP port. A thread per direction, blocking calls.
final class TCPProxy: Sendable {
    enum Fault {
        /// The COMMIT does not reach the server.
        case dropCommit
        /// The server commits, its answer does not come back.
        case dropReply
        /// The same, but the connection stays open and silent.
        case swallowReply
    }

    let port: UInt16
    private let listener: Int32
    private let fault: Fault
    private let upstreamPath: String
    private let isCut = Atomic(false)

    init?(to upstreamPath: String, fault: Fault) {
        self.upstreamPath = upstreamPath
        self.fault = fault
        guard let listener = Socket.listenOnLoopback(blocks: true) else { return nil }
        self.listener = listener
        port = Socket.port(of: listener)
    }

    deinit {
        close(listener)
    }

    /// Serves one connection on threads of its own.
    func start() {
        onThread {
            let client = accept(self.listener, nil, nil)
            let server = Socket.connect(path: self.upstreamPath, blocks: true) ?? -1
            self.onThread { self.forwardRequests(from: client, to: server) }
            self.forwardReplies(from: server, to: client)
        }
    }

    private func forwardRequests(from client: Int32, to server: Int32) {
        while let bytes = receive(client) {
            if String(decoding: bytes, as: UTF8.self).contains("commit\0") {
                isCut.store(true, ordering: .sequentiallyConsistent)
                if fault == .dropCommit {
                    shutdown(client, Int32(SHUT_RDWR))
                    break
                }
            }
            send(bytes, server)
        }
        shutdown(server, Int32(SHUT_RDWR))
    }

    private func forwardReplies(from server: Int32, to client: Int32) {
        while let bytes = receive(server) {
            guard isCut.load(ordering: .sequentiallyConsistent) else {
                send(bytes, client)
                continue
            }
            if fault == .dropReply { shutdown(client, Int32(SHUT_RDWR)) }
        }
        shutdown(client, Int32(SHUT_RDWR))
        close(server)
    }

    private func receive(_ descriptor: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    private func send(_ bytes: [UInt8], _ descriptor: Int32) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private func onThread(_ run: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let body = Unmanaged.passRetained(Body(run)).toOpaque()
        pthread_create(
            &thread,
            nil,
            { argument in
                argument.map { Unmanaged<Body>.fromOpaque($0).takeRetainedValue().run() }
                return nil
            },
            body
        )
        pthread_detach(thread)
    }
}
