import BackOps
import Foundation
import LibPQ
import Logging

/// A worker for tests that break it; what it has to know is in variables of the environment.
///
/// It logs to standard error, a line per event, with tabs between the fields; its actions log there too.
@main
struct FaultTestWorker {
    static func main() async throws {
        LoggingSystem.bootstrap { _ in LineLogHandler() }
        var database = try BackOpsDatabase(Setting.text("CONNINFO"))
        let listen = Setting.text("LISTEN")
        if !listen.isEmpty { database.listenOptions = PQOptions(listen) }
        database.options.commitTimeout = .milliseconds(Setting.number("COMMIT", 60_000))
        var configuration = WorkerConfiguration()
        configuration.lease = .seconds(Setting.number("LEASE", 2))
        configuration.concurrency = Setting.number("SLOTS", 4)
        configuration.gracePeriod = .seconds(Setting.number("GRACE", 10))
        configuration.pollInterval = .milliseconds(200)
        configuration.stackTraces = .off
        var logger = Logger(label: "worker")
        logger.logLevel = .debug
        // Not through a proxy, where there is one: these are the test's own notes.
        let effects = BackOpsClient(listen.isEmpty ? database : try BackOpsDatabase(listen))
        let worker = try BackOpsWorker(database, configuration: configuration, logger: logger) {
            Ledger()
            Plain(effects: effects)
            Mixed(effects: effects)
            Poison()
            Late()
            Patient()
            Blocking()
            Stubborn()
            Endless()
        }
        try await worker.runUntilSignalled()
        await effects.close()
    }
}

/// What the test said through the environment.
enum Setting {
    static func text(_ name: String) -> String { ProcessInfo.processInfo.environment["WORKER_\(name)"] ?? "" }
    static func number(_ name: String, _ usual: Int) -> Int { Int(text(name)) ?? usual }
}

/// Lets the test decide when an action goes on.
enum Gate {
    /// Waits until the test has opened a gate, whether or not the task is cancelled.
    static func pass(_ name: String) async {
        let path = Setting.text("FOLDER") + "/" + name
        await Task.detached {
            while !FileManager.default.fileExists(atPath: path) {
                // Not cancelled by anybody: the task is detached.
                try? await Task.sleep(for: .milliseconds(10))
            }
        }.value
    }
}

/// Writes `microseconds⇥level⇥message⇥key=value⇥…` by one call, so that lines of several threads do not mix.
struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        var fields = [
            "\(Int64(Date().timeIntervalSince1970 * 1_000_000))", "\(event.level)", "\(event.message)",
        ]
        fields += all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let line = fields.map { $0.replacing("\n", with: " ") }.joined(separator: "\t") + "\n"
        FileHandle.standardError.write(Data(line.utf8))
    }
}
