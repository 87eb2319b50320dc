#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// Ends another thread's wait for notifications or for a connection.
///
/// A pipe underneath, which poll(2) watches beside the connection's socket.
public final class PQWakeUp: Sendable {
    let reader: Int32
    private let writer: Int32

    /// Makes a wake-up that has not been signalled.
    ///
    /// - Throws: ``PQError`` with ``PQError/Code/connectionFailed`` if the process has no descriptors left.
    public init() throws(PQError) {
        var ends: (Int32, Int32) = (-1, -1)
        let made = unsafe withUnsafeMutablePointer(to: &ends) { pair in
            unsafe pair.withMemoryRebound(to: Int32.self, capacity: 2) { unsafe pipe($0) }
        }
        guard made == 0 else {
            throw PQError(.connectionFailed, "No file descriptors are left to make a wake-up pipe.")
        }
        for end in [ends.0, ends.1] {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        (reader, writer) = ends
    }

    deinit {
        close(reader)
        close(writer)
    }

    /// Ends the wait that is under way, or else the next one.
    ///
    /// Never blocks; callable from any thread.
    public func signal() {
        var byte: UInt8 = 1
        // A full pipe has been signalled already.
        _ = unsafe write(writer, &byte, 1)
    }

    /// Waits, blocking the calling thread, until somebody signals or time runs out.
    ///
    /// - Parameter timeout: How long to wait.
    /// - Returns: True if somebody signalled.
    package func wait(for timeout: Duration) -> Bool {
        guard SocketPoll.wait(reader, .read, until: Deadline(after: timeout)) == .ready else { return false }
        consume()
        return true
    }

    /// Takes back all signals.
    func consume() {
        var bytes: (UInt64, UInt64) = (0, 0)
        while unsafe read(reader, &bytes, 16) == 16 {}
    }
}
