import Foundation

/// Makes processes believe in another time of day.
///
/// libfaketime would do, but moves the timers of Dispatch too (it takes the absolute times of timerfd_settime(2) for times of
/// day), so that `Task.sleep` never ends. These three functions are all that tell the time of day.
enum SkewedClock {
    private static let source = """
        #define _GNU_SOURCE
        #include <stdlib.h>
        #include <sys/syscall.h>
        #include <sys/time.h>
        #include <time.h>
        #include <unistd.h>

        int clock_gettime(clockid_t clock, struct timespec *now) {
          const char *skew = getenv("CLOCK_SKEW_SECONDS");
          int result = syscall(SYS_clock_gettime, clock, now);
          if (result == 0 && skew && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += atol(skew);
          return result;
        }

        int gettimeofday(struct timeval *now, void *zone) {
          struct timespec precise;
          clock_gettime(CLOCK_REALTIME, &precise);
          now->tv_sec = precise.tv_sec;
          now->tv_usec = precise.tv_nsec / 1000;
          return 0;
        }

        time_t time(time_t *now) {
          struct timespec precise;
          clock_gettime(CLOCK_REALTIME, &precise);
          if (now) *now = precise.tv_sec;
          return precise.tv_sec;
        }
        """

    /// The library to preload; nil where there is no C compiler, or no such thing as preloading.
    static let library: String? = {
        let folder = FileManager.default.temporaryDirectory.appending(path: "backops-clock-\(getpid())")
        let library = folder.appending(path: "skew.so").path
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let file = folder.appending(path: "skew.c")
            try source.write(to: file, atomically: true, encoding: .utf8)
            let compiler = try Process.run(
                URL(filePath: "/usr/bin/env"),
                arguments: ["clang", "-shared", "-fPIC", "-o", library, file.path]
            )
            compiler.waitUntilExit()
            return compiler.terminationStatus == 0 ? library : nil
        } catch {
            return nil
        }
    }()

    /// The variables of a process whose clock is wrong by so many seconds.
    static func environment(seconds: Int) -> [String: String] {
        ["LD_PRELOAD": library ?? "", "CLOCK_SKEW_SECONDS": "\(seconds)"]
    }
}
