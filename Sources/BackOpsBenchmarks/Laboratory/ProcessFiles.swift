#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What Linux tells of processes under /proc; nothing on other systems.
enum ProcessFiles {
    /// Who started a process, and what it and the children that it has waited for have used.
    struct Status: Hashable {
        let parent: Int32
        /// Processor time in seconds.
        let used: Double
        /// The same of ended children.
        let usedByChildren: Double
    }

    /// Reads a process; nil when there is none of that number.
    static func status(of process: Int32) -> Status? {
        text("/proc/\(process)/stat").flatMap { status(parsing: $0) }
    }

    /// Reads the line of a `stat` file: the name in parentheses may hold anything, the fields count from behind it.
    static func status(parsing line: String) -> Status? {
        guard let end = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: end)...].split(separator: " ")
        guard fields.count > 14, let parent = Int32(fields[1]) else { return nil }
        let ticks = fields[11...14].compactMap { Double($0) }
        guard ticks.count == 4 else { return nil }
        let unit = ProcessorTime.ticksPerSecond
        return Status(
            parent: parent,
            used: (ticks[0] + ticks[1]) / unit,
            usedByChildren: (ticks[2] + ticks[3]) / unit
        )
    }

    /// What a process was started as, or calls itself.
    static func commandLine(of process: Int32) -> String? {
        text("/proc/\(process)/cmdline")?.replacing("\0", with: " ")
    }

    /// The most memory that this process has had resident, in MB.
    ///
    /// Not what getrusage says: there, a process inherits the peak of the one that started it.
    static var peakMegabytes: Double? {
        text("/proc/self/status")?.split(separator: "\n")
            .first { $0.hasPrefix("VmHWM:") }?
            .split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) }.map { $0 / 1024 }
    }

    /// Resets the peak to what is resident now.
    static func forgetPeak() {
        // Linux says so in proc(5); where it cannot be written, the peak is that of the whole process.
        try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
    }

    /// The numbers of all processes.
    static var all: [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }
    }

    private static func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}
