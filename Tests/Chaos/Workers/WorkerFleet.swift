import Foundation

/// The worker processes: as many as asked for, whatever happens to them.
actor WorkerFleet {
    private let settings: RunSettings
    private let conninfo: String
    private let folder: URL
    private let memory: Memory
    private var processes: [WorkerProcess] = []
    /// Those that a fault has in its hands.
    private var taken: Set<Int32> = []
    private var started = 0

    init(_ settings: RunSettings, conninfo: String, folder: URL, memory: Memory) throws {
        self.settings = settings
        self.conninfo = conninfo
        self.folder = folder
        self.memory = memory
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// Starts what is missing; a worker that nobody has ended, and that has ended nevertheless, is a violation.
    func fill() throws {
        processes.removeAll { process in
            guard let end = process.end else { return false }
            if taken.remove(process.pid) == nil {
                let detail = "worker process \(process.pid) ended by itself: \(end); see \(process.log.path)"
                memory.note { $0.violations.append(Violation("workers survive", detail)) }
            }
            return true
        }
        while processes.count < settings.workers { try start() }
    }

    private func start() throws {
        started += 1
        let log = folder.appending(path: "worker-\(started).log")
        processes.append(try WorkerProcess(conninfo: conninfo, settings, log: log))
    }

    /// Gives a worker to a fault; nil when other faults have all of them.
    func take(_ dice: inout Dice) -> WorkerProcess? {
        let free = processes.filter { $0.isRunning && !taken.contains($0.pid) }
        guard let process = free.randomElement(using: &dice) else { return nil }
        taken.insert(process.pid)
        return process
    }

    /// The fault has let go of the worker, which lives on.
    func giveBack(_ process: WorkerProcess) { taken.remove(process.pid) }

    /// The fault has told the worker to end; another takes its place at once.
    func replace(_ process: WorkerProcess) throws {
        processes.removeAll { $0.pid == process.pid }
        taken.remove(process.pid)
        try fill()
    }

    /// Ends all of them as an operator would; one that does not obey is a violation.
    func stop() async throws {
        for process in processes { process.send(SIGTERM) }
        for process in processes {
            try await Self.expectGracefulEnd(of: process, settings, memory)
        }
        processes = []
    }

    /// Kills whatever is left, frozen ones included.
    func kill() {
        for process in processes { process.send(SIGKILL) }
    }

    /// Waits for the end of a worker that was sent SIGTERM.
    static func expectGracefulEnd(
        of process: WorkerProcess,
        _ settings: RunSettings,
        _ memory: Memory
    ) async throws {
        let end = try await process.waitForEnd(settings.lease + .seconds(30))
        guard end != "exit code 0" else { return }
        process.send(SIGKILL)
        let detail =
            "worker process \(process.pid) was told to stop: \(end ?? "it did not"); see \(process.log.path)"
        memory.note { $0.violations.append(Violation("workers stop when told to", detail)) }
    }

    /// What the workers have said, since the beginning.
    func lateWrites() -> LateWrites {
        var writes = LateWrites()
        for number in 1...max(1, started) {
            let log = folder.appending(path: "worker-\(number).log")
            guard let data = FileManager.default.contents(atPath: log.path) else { continue }
            writes.read(String(decoding: data, as: UTF8.self))
        }
        return writes
    }
}
