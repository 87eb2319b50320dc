#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What this process has used so far.
enum ProcessorTime {
    /// Processor time of all threads of this process, in user and kernel mode, in seconds.
    static var seconds: Double { read(CLOCK_PROCESS_CPUTIME_ID) }

    /// A clock that all processes of this machine share, in seconds; it never jumps.
    static var monotonic: Double { read(CLOCK_MONOTONIC) }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Clock ticks per second, in which /proc counts.
    static var ticksPerSecond: Double { Double(sysconf(Int32(_SC_CLK_TCK))) }
}
