#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The calls of the sockets interface that the server needs; none of them waits but ``poll(_:milliseconds:)``.
enum Sockets {
    /// What a socket had to give.
    enum Received {
        case bytes([UInt8])
        case nothing
        case end
    }

    /// A socket, and what it is waited for.
    struct Interest {
        let descriptor: Int32
        var reads = true
        var isReady = false
    }

    /// Opens a socket that listens; on failure, says why.
    static func startListening(on address: ServerAddress) -> Result<Int32, SocketFailure> {
        let descriptor = socket(address.isV6 ? AF_INET6 : AF_INET, streams, 0)
        guard descriptor >= 0 else { return .failure(SocketFailure()) }
        makeNonBlocking(descriptor)
        var yes: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, size)
        if bind(descriptor, to: address) == 0, listen(descriptor, 64) == 0 { return .success(descriptor) }
        let failure = SocketFailure()
        shut(descriptor)
        return .failure(failure)
    }

    /// The port that the system has chosen, where 0 was asked for.
    static func port(of descriptor: Int32, isV6: Bool) -> Int {
        if isV6 {
            var address = sockaddr_in6()
            getName(descriptor, &address)
            return Int(UInt16(bigEndian: address.sin6_port))
        }
        var address = sockaddr_in()
        getName(descriptor, &address)
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// What a listening socket had to give.
    enum Accepted {
        case client(Int32)
        case nothing
        /// The client stays in the queue of the listener, which remains readable.
        case failed(SocketFailure)
    }

    static func accept(_ listener: Int32) -> Accepted {
        #if canImport(Darwin)
        let descriptor = Darwin.accept(listener, nil, nil)
        #elseif canImport(Musl)
        let descriptor = Musl.accept(listener, nil, nil)
        #else
        let descriptor = Glibc.accept(listener, nil, nil)
        #endif
        guard descriptor >= 0 else {
            // A client that has gone meanwhile has left the queue.
            return isTemporary || errno == ECONNABORTED ? .nothing : .failed(SocketFailure())
        }
        makeNonBlocking(descriptor)
        return .client(descriptor)
    }

    static func receive(_ descriptor: Int32) -> Received {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count > 0 { return .bytes(Array(buffer.prefix(count))) }
        return count < 0 && isTemporary ? .nothing : .end
    }

    /// Sends what the socket takes.
    ///
    /// - Returns: How many bytes that were; nil when the socket has failed.
    static func send(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Int? {
        let count = bytes.withUnsafeBytes { bytes in
            #if canImport(Darwin)
            Darwin.send(descriptor, bytes.baseAddress, bytes.count, 0)
            #elseif canImport(Musl)
            Musl.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            #else
            Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            #endif
        }
        if count >= 0 { return count }
        return isTemporary ? 0 : nil
    }

    /// Waits until one of the sockets is ready, or the time is over.
    static func poll(_ interests: inout [Interest], milliseconds: Int) {
        var entries = interests.map { interest in
            pollfd(
                fd: interest.descriptor,
                events: Int16(interest.reads ? POLLIN : POLLOUT),
                revents: 0
            )
        }
        let limit = Int32(clamping: milliseconds)
        #if canImport(Darwin)
        let count = Darwin.poll(&entries, nfds_t(entries.count), limit)
        #elseif canImport(Musl)
        let count = Musl.poll(&entries, nfds_t(entries.count), limit)
        #else
        let count = Glibc.poll(&entries, nfds_t(entries.count), limit)
        #endif
        for index in interests.indices { interests[index].isReady = count > 0 && entries[index].revents != 0 }
    }

    /// A pipe: what is written to the second end wakes who polls the first one.
    static func pipe() -> (reader: Int32, writer: Int32)? {
        var ends: [Int32] = [-1, -1]
        #if canImport(Darwin)
        guard Darwin.pipe(&ends) == 0 else { return nil }
        #elseif canImport(Musl)
        guard Musl.pipe(&ends) == 0 else { return nil }
        #else
        guard Glibc.pipe(&ends) == 0 else { return nil }
        #endif
        for end in ends { makeNonBlocking(end) }
        return (ends[0], ends[1])
    }

    static func shut(_ descriptor: Int32) { _ = close(descriptor) }

    private static var streams: Int32 {
        #if canImport(Glibc)
        Int32(SOCK_STREAM.rawValue)
        #else
        SOCK_STREAM
        #endif
    }

    private static var isTemporary: Bool { errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR }

    /// Nor is it passed on to programs that this one starts.
    private static func makeNonBlocking(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    private static func bind(_ descriptor: Int32, to address: ServerAddress) -> Int32 {
        let port = in_port_t(address.port).bigEndian
        if address.isV6 {
            var name = sockaddr_in6()
            name.sin6_family = sa_family_t(AF_INET6)
            name.sin6_port = port
            guard inet_pton(AF_INET6, address.host, &name.sin6_addr) == 1 else { return -1 }
            return bind(descriptor, &name)
        }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port
        guard inet_pton(AF_INET, address.host, &name.sin_addr) == 1 else { return -1 }
        return bind(descriptor, &name)
    }

    private static func bind<Name>(_ descriptor: Int32, _ name: inout Name) -> Int32 {
        withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                #if canImport(Darwin)
                Darwin.bind(descriptor, generic, socklen_t(MemoryLayout<Name>.size))
                #elseif canImport(Musl)
                Musl.bind(descriptor, generic, socklen_t(MemoryLayout<Name>.size))
                #else
                Glibc.bind(descriptor, generic, socklen_t(MemoryLayout<Name>.size))
                #endif
            }
        }
    }

    private static func getName<Name>(_ descriptor: Int32, _ name: inout Name) {
        var length = socklen_t(MemoryLayout<Name>.size)
        _ = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &length)
            }
        }
    }
}

/// Why a call of the system failed, in its own words.
struct SocketFailure: Error, CustomStringConvertible {
    let description: String

    /// Reads `errno`.
    init() { description = String(cString: strerror(errno)) }
}
