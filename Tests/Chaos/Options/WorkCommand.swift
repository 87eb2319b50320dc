import ArgumentParser
import BackOps
import BackOpsCommand
import Foundation
import LibPQ
import Logging

/// One worker process, which the run starts, freezes and kills.
struct WorkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "work", shouldDisplay: false)

    // Arguments without names: those of the run's options would be taken for them.
    @Argument var conninfo: String
    @Argument var slots: Int
    @Argument var leaseMilliseconds: Int64
    @Argument var seed: UInt64

    func run() async throws {
        endWithParent(getppid())
        let lease = Duration.milliseconds(leaseMilliseconds)
        var database = try BackOpsDatabase(conninfo)
        database.options.applicationName = ApplicationName.worker
        database.maxConnections = 4
        var logger = Logger(label: "chaos") { _ in LineLogHandler(format: .json) }
        logger.logLevel = .notice

        let bodies = ActionBodies(
            ledger: Ledger(BackOpsClient(database, logger: logger)),
            lease: lease,
            seed: seed
        )
        var configuration = WorkerConfiguration()
        configuration.concurrency = slots
        configuration.lease = lease
        configuration.pollInterval = .milliseconds(500)
        configuration.gracePeriod = lease
        // Thousands of failures: looking up their stacks would be most of the work.
        configuration.stackTraces = .off
        let worker = try BackOpsWorker(
            database,
            configuration: configuration,
            actions: Brought.actions(bodies),
            logger: logger
        ) {
            Shape.definitions(bodies)
        }
        try await worker.runUntilSignalled()
    }

    /// A worker whose run was killed would wait for its database for ever.
    private func endWithParent(_ parent: pid_t) {
        Thread.detachNewThread {
            while getppid() == parent { sleep(1) }
            _exit(3)
        }
    }
}

/// How the processes name their connections, so that faults hit the right ones.
enum ApplicationName {
    static let worker = "chaos worker"
    static let enqueuer = "chaos enqueuer"
    static let control = "chaos control"
}
