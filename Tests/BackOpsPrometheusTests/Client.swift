import BackOpsPrometheus
import Glibc

/// A client that speaks byte by byte, for what no proper one would say.
final class Client {
    private let descriptor: Int32

    convenience init(_ server: MonitoringServer) throws {
        self.init()
        try connect(to: server)
    }

    /// A client that has a socket and is not connected yet.
    init() {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    func connect(to server: MonitoringServer) throws {
        let port = try server.port
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Refused() }
    }

    deinit { close(descriptor) }

    struct Refused: Error {}

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Everything up to the end of the connection.
    func read() -> String {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return String(decoding: all, as: UTF8.self) }
            all += buffer.prefix(count)
        }
    }
}

extension MonitoringServer {
    /// The port that it listens on.
    var port: Int {
        get throws {
            guard let port = listeningAddress?.split(separator: ":").last.flatMap({ Int($0) }) else {
                throw Client.Refused()
            }
            return port
        }
    }

    /// The answer to a request for a path: its status, and its body.
    func get(_ path: String, method: String = "GET") throws -> (status: Int?, body: String) {
        let client = try Client(self)
        client.send("\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
        let answer = client.read()
        let parts = answer.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let status = parts.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return (status, parts.count > 1 ? String(parts[1]) : "")
    }
}
