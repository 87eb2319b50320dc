#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Standard output and standard error, without a buffer: what is written is seen at once, and in order.
package struct StandardStream: Sendable {
    private let descriptor: Int32

    /// For data.
    package static let output = StandardStream(descriptor: 1)
    /// For messages to a person.
    package static let error = StandardStream(descriptor: 2)
    /// For what is piped in, and for answers to questions.
    package static let input = StandardStream(descriptor: 0)

    /// Writes text as it is; what a reader that has left does not take is dropped.
    package func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes.removeFirst(count)
            } else if errno != EINTR && errno != EAGAIN {
                return
            }
        }
    }

    /// Writes a line.
    package func writeLine(_ text: String = "") { write(text + "\n") }

    /// Reads everything that there is to read.
    package func readAll() -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                bytes += chunk[..<count]
            } else if count == 0 || errno != EINTR {
                return bytes
            }
        }
    }

    /// Whether a person may be looking.
    package var isTerminal: Bool { isatty(descriptor) == 1 }

    /// The columns of the terminal; nil where there is none, or it does not tell.
    package var terminalWidth: Int? { terminalSize.map { Int($0.ws_col) } }

    /// The lines of the terminal; nil where there is none, or it does not tell.
    var terminalHeight: Int? { terminalSize.map { Int($0.ws_row) } }

    private var terminalSize: winsize? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return size
    }
}

/// The system's `write`, which the method of that name hides.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
