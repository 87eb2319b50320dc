#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// Waits for a socket with poll(2).
enum SocketPoll {
    enum Interest {
        case read, write, both
    }

    enum Outcome {
        case ready, interrupted, timedOut
    }

    /// Waits until the socket is ready, has failed, somebody interrupts, or the deadline passes.
    ///
    /// A socket that has failed counts as ready: the next read says why. A negative descriptor too.
    static func wait(
        _ socket: Int32,
        _ interest: Interest,
        interrupt: PQWakeUp? = nil,
        until deadline: Deadline
    ) -> Outcome {
        guard socket >= 0 else { return .ready }
        var events: Int16 = 0
        if interest != .write { events |= Int16(POLLIN) }
        if interest != .read { events |= Int16(POLLOUT) }
        // poll(2) leaves out entries whose descriptor is negative.
        var entries = (
            pollfd(fd: socket, events: events, revents: 0),
            pollfd(fd: interrupt?.reader ?? -1, events: Int16(POLLIN), revents: 0)
        )
        while true {
            let count = unsafe withUnsafeMutablePointer(to: &entries) { pair in
                unsafe pair.withMemoryRebound(to: pollfd.self, capacity: 2) { first in
                    unsafe poll(first, 2, deadline.pollMilliseconds)
                }
            }
            if count > 0 {
                if entries.1.revents != 0 {
                    interrupt?.consume()
                    return .interrupted
                }
                return .ready
            }
            // An interrupted call (EINTR) starts over with what is left of the time.
            if deadline.hasPassed { return .timedOut }
            if count < 0, errno != EINTR { return .ready }
        }
    }
}
