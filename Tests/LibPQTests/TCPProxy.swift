import Glibc
import Synchronization

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
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (descriptor, size) = (listener, length)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, size) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard bound else { return nil }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit {
        close(listener)
    }

    /// Serves one connection on threads of its own.
    func start() {
        onThread {
            let client = accept(self.listener, nil, nil)
            let server = self.connectUpstream()
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

    private func connectUpstream() -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(upstreamPath.utf8)) }
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                _ = connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return descriptor
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
