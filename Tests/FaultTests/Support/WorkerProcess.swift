import Foundation
import TestSupport
import Testing

/// A worker in a process of its own, which can be killed, frozen and read.
final class WorkerProcess {
    /// How the worker works; what is not said is the fixture's default.
    struct Settings {
        var leaseSeconds = 2
        var slots = 4
        var graceSeconds = 10
        /// How long each action of the ordinary operations takes.
        var pauseMilliseconds = 0
        var commitTimeoutMilliseconds = 60_000
        /// The connection of the heartbeat, where it is another one.
        var listenConninfo: String?
        /// More variables of the environment.
        var environment: [String: String] = [:]
    }

    private let process: ChildProcess
    private let folder: URL
    private var logFile: URL { folder.appending(path: "log") }

    init(_ conninfo: String, _ settings: Settings = Settings()) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "backops-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let log = folder.appending(path: "log")
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        process = try ChildProcess(
            ChildProcess.program("FaultTestWorker"),
            environment: settings.environment.merging([
                "WORKER_CONNINFO": conninfo, "WORKER_LEASE": "\(settings.leaseSeconds)",
                "WORKER_SLOTS": "\(settings.slots)",
                "WORKER_GRACE": "\(settings.graceSeconds)", "WORKER_PAUSE": "\(settings.pauseMilliseconds)",
                "WORKER_COMMIT": "\(settings.commitTimeoutMilliseconds)", "WORKER_FOLDER": folder.path,
                "WORKER_LISTEN": settings.listenConninfo ?? "",
                // Looking up the stack of a crash takes seconds, and nobody reads it.
                "SWIFT_BACKTRACE": "enable=no",
            ]) { $1 },
            log: log
        )
    }

    deinit {
        if process.isRunning {
            kill(SIGKILL)
            kill(SIGCONT)
            _ = process.wait()
        }
        try? FileManager.default.removeItem(at: folder)
    }

    var pid: Int32 { process.pid }
    var isRunning: Bool { process.isRunning }

    func kill(_ signal: Int32) { process.send(signal) }

    /// Stops every thread of the process, as a long pause of its machine would.
    func freeze() { kill(SIGSTOP) }
    func thaw() { kill(SIGCONT) }

    /// Lets actions go on that wait at a gate of this name.
    func open(_ gate: String) {
        _ = FileManager.default.createFile(atPath: folder.appending(path: gate).path, contents: nil)
    }

    /// Waits for the end of the process.
    ///
    /// - Returns: Its exit code; nil when a signal ended it.
    func wait() -> Int32? { process.wait() }

    /// Stops it as an operator would, and waits until it has left.
    func stop() -> Int32? { process.stop() }

    /// Everything that it has logged, in order.
    var log: [LogLine] {
        let text = (try? String(contentsOf: logFile, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { LogLine(String($0)) }
    }

    /// The lines with a message.
    func lines(_ message: String) -> [LogLine] { log.filter { $0.message == message } }

    /// Waits until it has logged a message often enough.
    func logs(_ message: String, times: Int = 1, within limit: Duration = .seconds(600)) async throws {
        do {
            try await eventually("the worker logs \"\(message)\" \(times) times", within: limit) {
                lines(message).count >= times
            }
        } catch {
            let last = log.suffix(20).map { "\($0.level) \($0.message) \($0.metadata)" }
            Issue.record("The worker's last words:\n\(last.joined(separator: "\n"))")
            throw error
        }
    }
}

/// One line of a worker's log: microseconds since 1970, level, message, and what belongs to it.
struct LogLine {
    let microseconds: Int64
    let level: String
    let message: String
    let metadata: [String: String]

    init?(_ text: String) {
        let fields = text.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        guard fields.count >= 3, let microseconds = Int64(fields[0]) else { return nil }
        self.microseconds = microseconds
        (level, message) = (fields[1], fields[2])
        metadata = Dictionary(
            fields[3...].compactMap { field in
                field.firstIndex(of: "=").map {
                    (String(field[..<$0]), String(field[field.index(after: $0)...]))
                }
            }
        ) { $1 }
    }
}

/// Keeps a number of workers running, as a supervisor would: one that dies is replaced at once.
final class Supervisor {
    private let start: () throws -> WorkerProcess
    private(set) var workers: [WorkerProcess]

    /// How many have died so far.
    private(set) var deaths = 0

    init(count: Int, start: @escaping () throws -> WorkerProcess) throws {
        self.start = start
        workers = try (0..<count).map { _ in try start() }
    }

    /// Replaces those that have died.
    func look() throws {
        for index in workers.indices where !workers[index].isRunning {
            deaths += 1
            workers[index] = try start()
        }
    }
}
