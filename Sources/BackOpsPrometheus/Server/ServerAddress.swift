/// Says where a server listens: an IP address and a port.
public struct ServerAddress: Sendable, Hashable {
    /// An IPv4 or IPv6 address, without brackets.
    public let host: String

    /// The port; 0 lets the system choose one.
    public let port: Int

    /// Reads `127.0.0.1:9464`, `[::1]:9464`, `localhost:9464`, or a port alone, which is one of 127.0.0.1.
    ///
    /// - Parameter text: The address.
    /// - Throws: ``MonitoringServerError`` that says what to write instead.
    public init(_ text: String) throws(MonitoringServerError) {
        let colon = text.lastIndex(of: ":")
        let portText = colon.map { text[text.index(after: $0)...] } ?? text[...]
        guard let port = Int(portText), (0...65_535).contains(port) else {
            throw MonitoringServerError("\"\(text)\" has no port: write 127.0.0.1:9464")
        }
        self.port = port
        var host = colon.map { String(text[..<$0]) } ?? "127.0.0.1"
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = String(host.dropFirst().dropLast()) }
        if host == "localhost" { host = "127.0.0.1" }
        guard Self.isIPAddress(host), host.contains(":") == isBracketed else {
            throw MonitoringServerError(
                "\"\(host)\" is no IP address: write 127.0.0.1:9464, or 0.0.0.0:9464 for every interface"
            )
        }
        self.host = host
    }

    var isV6: Bool { host.contains(":") }

    /// The address as a URL has it.
    func text(port: Int) -> String { isV6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func isIPAddress(_ text: String) -> Bool {
        if text.contains(":") {
            return text.utf8.allSatisfy { $0 == 0x3a || $0 == 0x2e || Self.isHexadecimal($0) }
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}

/// Says why a monitoring server cannot serve.
public struct MonitoringServerError: Error, CustomStringConvertible {
    /// One sentence.
    public let description: String

    init(_ description: String) { self.description = description }
}
