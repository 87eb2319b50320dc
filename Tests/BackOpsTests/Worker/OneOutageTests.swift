import BackOps
import CoreMetrics
import DevPostgres
import Foundation
import LibPQ
import Logging
import MetricsTestKit
import Synchronization
import TestSupport
import Testing

/// The lines of a worker, with their levels.
private final class Lines: Sendable {
    struct Line: Sendable {
        let level: Logger.Level
        let message: String
        let error: String
    }

    private let lines = Mutex<[Line]>([])

    var all: [Line] { lines.withLock { $0 } }

    func count(_ beginning: String) -> Int { all.count { $0.message.hasPrefix(beginning) } }

    struct Handler: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let error = event.metadata?["error"].map { "\($0)" } ?? ""
            lines.lines.withLock {
                $0.append(Line(level: event.level, message: "\(event.message)", error: error))
            }
        }
    }
}

/// An action that works, reports and logs until its worker stops.
private struct Round: OperationDefinition {
    static let name = "Round"
    var branches: [Branch] {
        Do("Go") { context in
            context.progress(0.5, "on the way")
            context.logger.debug("round")
            try await Task.sleep(for: .milliseconds(20))
            try context.jump(to: "main")
        }
        .mayJump(to: "main")
    }
}

@Suite(.timeLimit(.minutes(20))) struct `One outage, whatever a worker is doing` {
    /// How the database goes away; both outlast the worker's lease.
    enum Outage: CaseIterable {
        /// Its server has stopped, and refuses connections.
        case stopped
        /// Its server is frozen: connections are taken, and nothing is answered.
        case silent

        /// The lines, at level debug, of those who notice while the test waits: a vacuum has two minutes to be answered.
        var errands: [String] {
            let quick = ["worker cannot report what it does", "worker cannot prune"]
            return self == .stopped ? quick + ["worker cannot vacuum jobs"] : quick
        }
    }

    @Test(arguments: Outage.allCases)
    func `is one warning at its start and one notice at its end`(outage: Outage) async throws {
        try await withDevPostgres(.init()) { server async throws in
            // Nobody waits longer for a connection to a server that says nothing.
            let database = try BackOpsDatabase(server.connectionString() + " connect_timeout=2")
            try await Migrator(database).up()
            let client = BackOpsClient(database)
            let lines = Lines()
            try await client.enqueue(Round.self, batch: [[:], [:], [:]])
            try await withMetricsFactory(TestMetrics()) {
                try await working(try worker(database, lines)) {
                    try await expectEverythingWorks(client, lines)
                    try await end(outage, of: server) {
                        try await eventually("every errand has met the outage") {
                            outage.errands.allSatisfy { lines.count($0) > 0 }
                        }
                        try await eventually("the lease has ended") {
                            lines.count("worker could not renew its lease in time") > 0
                        }
                    }
                    try await eventually("it is over") {
                        lines.count("worker reaches the database again") > 0
                    }
                    try await expectEverythingWorks(client, lines)
                }
            }
            await client.close()
            expectOneOutage(lines)
        }
    }

    private func worker(_ database: BackOpsDatabase, _ lines: Lines) throws -> BackOpsWorker {
        var configuration = WorkerConfiguration()
        // With the lease end the errands, and pruning waits ten seconds for an answer.
        configuration.lease = .seconds(30)
        configuration.retention = Retention(configuration.lease)
        configuration.pruningInterval = .milliseconds(50)
        configuration.reportingInterval = .milliseconds(50)
        configuration.pollInterval = .milliseconds(100)
        // Vacuums that find nothing to do come less and less often; the look at the table does not.
        configuration.vacuumPace = VacuumPace(interval: .milliseconds(100), least: 1_000_000)
        configuration.attemptLogs = .always()
        return try BackOpsWorker(
            database,
            configuration: configuration,
            logger: Logger(label: "test") { _ in Lines.Handler(lines: lines) }
        ) {
            Round()
        }
    }

    private func end(
        _ outage: Outage,
        of server: DevPostgres,
        _ body: () async throws -> Void
    ) async throws {
        switch outage {
        case .stopped:
            server.kill()
            try await body()
            try await server.restart()
        case .silent:
            let main = try #require(server.postmasterPID)
            kill(main, SIGSTOP)
            let processes = try [main] + children(of: main)
            for process in processes { kill(process, SIGSTOP) }
            defer { for process in processes.reversed() { kill(process, SIGCONT) } }
            try await body()
        }
    }

    private func children(of process: Int32) throws -> [Int32] {
        let path = "/proc/\(process)/task/\(process)/children"
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: " ").compactMap {
            Int32($0)
        }
    }

    /// Waits until actions complete, and something was reported and pruned since.
    private func expectEverythingWorks(_ client: BackOpsClient, _ lines: Lines) async throws {
        let pruned = lines.count("pruned operations")
        let reported = try await self.reported(client)
        try await client.enqueue(name: "Old") { Do("Never") { _ in } }
        try await client.pool.script(
            """
            select backops.cancel(id) from backops.operations where name = 'Old';
            update backops.operations set created_at = created_at - interval '1 day', ended_at = ended_at - interval '1 day'
             where name = 'Old'
            """
        )
        try await eventually("it prunes") { lines.count("pruned operations") > pruned }
        try await eventually("it reports") { try await self.reported(client) > reported + 100 }
    }

    private func reported(_ client: BackOpsClient) async throws -> Int64 {
        try await client.pool.query("select coalesce(sum(completed), 0)::int8 from backops.throughput")[0]
            .decode(0)
    }

    private func expectOneOutage(_ lines: Lines) {
        let loud = lines.all.filter { $0.level >= .notice }
        var counts: [String: Int] = [:]
        for line in loud { counts["\(line.level): \(line.message)", default: 0] += 1 }
        // Told of each of the three jobs that went with the lease, and of the former registration that had them.
        var jobs = 0
        for line in [
            "notice: action is cancelled: the worker's lease has ended",
            "warning: result of an action is refused: the worker's lease has ended",
            // What was on its way when the lease ended, and came after it.
            "warning: result of an action is refused: the job is not this worker's any more",
        ] {
            jobs += counts.removeValue(forKey: line) ?? 0
        }
        #expect(jobs <= 3)
        #expect(counts.removeValue(forKey: "warning: took back the jobs of a dead worker") ?? 0 <= 1)
        // A statement that was under way for its whole time when the server fell silent is ended by the server itself, in the moment in which
        // it is back: that is no outage to the errand that made it.
        #expect(counts.removeValue(forKey: "warning: worker cannot prune") ?? 0 <= 1)
        #expect(counts.removeValue(forKey: "notice: worker prunes again") ?? 0 <= 1)
        #expect(
            counts == [
                "warning: worker cannot reach the database": 1,
                "error: worker could not renew its lease in time": 1,
                "notice: worker reaches the database again": 1,
            ],
            "\(loud.map { "\($0.level) \($0.message) \($0.error)" }.joined(separator: "\n"))"
        )
    }
}
