import BackOps
import BackOpsCommand
import Subprocess
import Synchronization

#if canImport(System)
import System
#else
import SystemPackage
#endif

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A worker in a process of its own, so that its processor time and memory can be told from the benchmark's.
///
/// It is this program with another command. It ends when its input does, and so also when this process dies.
final class WorkerProcess: Sendable {
    private let lifeline: Mutex<FileDescriptor?>
    private let ended: EndFlag
    private let task: Task<WorkerReport, any Error>

    /// What its command line says.
    struct Options: Sendable {
        /// How many actions it runs at once; nil is the library's default.
        var slots: Int?
        /// How many queues it serves, as ``BenchDatabase`` names them; nil is the default queue.
        var queues: Int?
        /// Makes it stop after so many actions.
        var stopAfter: Int?
        /// Makes it report when each action started.
        var recordsStarts = false
        /// Makes the actions of ``Flaky`` fail.
        var fails = false
        /// Whether it has the operations with limits, which it registers when it starts.
        var limits = false
        /// Whether it vacuums the table of jobs.
        var vacuums = true

        var arguments: [String] {
            var arguments = [BenchWorkerCommand.name]
            if let slots { arguments += ["--slots", "\(slots)"] }
            if let queues { arguments += ["--queues", "\(queues)"] }
            if let stopAfter { arguments += ["--stop-after", "\(stopAfter)"] }
            if recordsStarts { arguments.append("--record-starts") }
            if fails { arguments.append("--fails") }
            if limits { arguments.append("--limits") }
            if !vacuums { arguments.append("--leaves-vacuum") }
            return arguments
        }
    }

    /// Starts the process; it connects by itself.
    ///
    /// - Parameters:
    ///   - database: What it works on.
    ///   - options: How.
    /// - Throws: What the system says when it has no pipe left.
    init(_ database: BenchDatabase, _ options: Options = Options()) throws {
        let (theirs, ours) = try FileDescriptor.pipe()
        lifeline = Mutex(ours)
        let arguments = options.arguments
        let ended = EndFlag()
        self.ended = ended
        let environment = Environment.inherit.updating([
            // Not among the arguments, which everybody on the machine can read.
            "BACKOPS_DATABASE_URL": database.conninfo, "BACKOPS_SCHEMA": database.database.schemaName,
        ])
        task = Task { [arguments] in
            defer { ended.set() }
            return try await Self.run(arguments, environment, input: theirs)
        }
    }

    deinit { letGo() }

    /// Whether the process has ended.
    var hasEnded: Bool { ended.isSet }

    /// Lets the process finish what runs, and waits for what it says of itself.
    ///
    /// - Throws: ``Problem`` with what it said, when it failed.
    func stop() async throws -> WorkerReport {
        letGo()
        return try await task.value
    }

    private func letGo() {
        let descriptor = lifeline.withLock { lifeline in
            defer { lifeline = nil }
            return lifeline
        }
        try? descriptor?.close()
    }

    private static func run(
        _ arguments: [String],
        _ environment: Environment,
        input: FileDescriptor
    ) async throws -> WorkerReport {
        let result = try await Subprocess.run(
            .path(FilePath(program)),
            arguments: Arguments(arguments),
            environment: environment,
            input: .fileDescriptor(input, closeAfterSpawningProcess: true),
            output: .string(limit: 1 << 24),
            error: .string(limit: 1 << 20)
        )
        guard result.terminationStatus.isSuccess, let report = WorkerReport(parsing: result.standardOutput)
        else {
            throw Problem(
                .error,
                "a worker process ended with \(result.terminationStatus): \(result.standardError.suffix(2000))"
            )
        }
        return report
    }

    /// The file of this program.
    private static var program: String {
        let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return link ?? CommandLine.arguments[0]
    }
}

/// Set once, when the process has ended.
private final class EndFlag: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .acquiring) }

    func set() { flag.store(true, ordering: .releasing) }
}
