/// Collects the head of a request until it is complete; the body is none of our concern.
struct RequestHead {
    /// A head that is longer than this is refused.
    static let maxBytes = 8192

    enum State: Equatable {
        case incomplete
        case complete(method: String, path: String)
        case malformed
        case tooLong
    }

    private var bytes: [UInt8] = []
    private(set) var state = State.incomplete

    mutating func add(_ more: [UInt8]) {
        guard state == .incomplete else { return }
        bytes += more
        if let end = Self.end(of: bytes) {
            state = Self.parse(bytes[..<end])
        } else if bytes.count > Self.maxBytes {
            state = .tooLong
        }
    }

    /// Where the empty line is that ends the head; lines may end without a carriage return.
    private static func end(of bytes: [UInt8]) -> Int? {
        var isAtLineStart = false
        for (index, byte) in bytes.enumerated() {
            if byte == 0x0a {
                if isAtLineStart { return index }
                isAtLineStart = true
            } else if byte != 0x0d {
                isAtLineStart = false
            }
        }
        return nil
    }

    private static func parse(_ head: ArraySlice<UInt8>) -> State {
        let line = head.prefix { $0 != 0x0a && $0 != 0x0d }
        let words = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard words.count == 3, words[2].starts(with: "HTTP/1.".utf8), words[1].first == 0x2f else {
            return .malformed
        }
        let path = words[1].prefix { $0 != 0x3f }
        return .complete(
            method: String(decoding: words[0], as: UTF8.self),
            path: String(decoding: path, as: UTF8.self)
        )
    }
}
