import Glibc

/// The calls of the sockets interface that proxies need; sockets block only where that is asked for.
package enum Socket {
    /// What a socket had to give.
    package enum Received {
        case bytes([UInt8])
        case nothing
        case end
    }

    package static func listenOnLoopback(blocks: Bool = false) -> Int32? {
        let descriptor = socket(
            AF_INET,
            Int32(SOCK_STREAM.rawValue) | (blocks ? 0 : Int32(SOCK_NONBLOCK.rawValue)),
            0
        )
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        return isBound && listen(descriptor, 64) == 0 ? descriptor : nil
    }

    package static func port(of descriptor: Int32) -> UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    package static func accept(_ listener: Int32) -> Int32? {
        let descriptor = Glibc.accept(listener, nil, nil)
        guard descriptor >= 0 else { return nil }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        var yes: Int32 = 1
        _ = setsockopt(
            descriptor,
            Int32(IPPROTO_TCP),
            TCP_NODELAY,
            &yes,
            socklen_t(MemoryLayout<Int32>.size)
        )
        return descriptor
    }

    package static func connect(path: String, blocks: Bool = false) -> Int32? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                Glibc.connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else {
            Glibc.close(descriptor)
            return nil
        }
        if !blocks { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
        return descriptor
    }

    package static func receive(_ descriptor: Int32) -> Received {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count > 0 { return .bytes(Array(buffer[..<count])) }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothing : .end
    }

    /// Sends what can be sent at once; a peer that is gone swallows everything.
    package static func send(_ bytes: [UInt8], _ descriptor: Int32) -> Int {
        let count = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        if count >= 0 { return count }
        return errno == EAGAIN || errno == EINTR ? 0 : bytes.count
    }

    /// Closes it; abruptly, without lingering, the kernel sends an RST instead of a FIN.
    package static func close(_ descriptor: Int32, abruptly: Bool = false) {
        if abruptly {
            var option = linger(l_onoff: 1, l_linger: 0)
            _ = setsockopt(
                descriptor,
                SOL_SOCKET,
                SO_LINGER,
                &option,
                socklen_t(MemoryLayout<linger>.size)
            )
        }
        Glibc.close(descriptor)
    }
}
