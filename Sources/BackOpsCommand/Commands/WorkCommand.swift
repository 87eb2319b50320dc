import ArgumentParser
import BackOps
import Logging

/// Runs an application's worker.
struct WorkCommand<Application: BackOpsApplication>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "work",
            abstract: "Run operations until SIGTERM or ctrl-C.",
            discussion: """
                SIGTERM finishes what runs, within the grace period, and a second one hands it back at once; so does \
                ctrl-C. Start as many of these as there is work, on as many machines. What the command line does not say \
                the application's `configuration` does.
                """
        )
    }

    @Option(
        name: .customLong("queue"),
        help: ArgumentHelp(
            "Serve this queue; repeat it for several (default: those of the application, else default).",
            valueName: "name"
        ),
        completion: .queueNames
    )
    var queues: [String] = []

    @Option(
        help: ArgumentHelp(
            "Run so many actions at once: 1 to 10,000 (\(WorkTimingOptions.usual("\(WorkerConfiguration().concurrency)"))).",
            valueName: "number"
        )
    )
    var concurrency: Int?

    @Flag(help: "Leave when nothing is runnable.")
    var drain = false

    @OptionGroup(title: "Timing") var timing: WorkTimingOptions
    @OptionGroup(title: "Behind a pooler") var listening: ListenOptions
    @OptionGroup(title: "Monitoring") var monitoring: MonitoringOptions
    @OptionGroup(title: "Logging") var logging: LogOptions
    @OptionGroup(title: "Database") var options: DatabaseOptions

    func run() async throws {
        var database = try options.resolved()
        database.maxConnections = 10
        try listening.apply(to: &database)
        let application = try await Application()
        var configuration = application.configuration
        if configuration.version.isEmpty { configuration.version = Application.version }
        if configuration.application.isEmpty { configuration.application = Application.name }
        if !queues.isEmpty { configuration.queues = queues }
        if let concurrency { configuration.concurrency = concurrency }
        timing.apply(to: &configuration)
        let logger = application.logger ?? logging.logger()
        let worker = try BackOpsWorker(
            database,
            configuration: configuration,
            actions: application.actions,
            schedules: application.schedules,
            logger: logger
        ) { application.operations }
        try await monitoring.watching(worker, logger) {
            try await worker.runUntilSignalled(draining: drain)
        }
    }
}

/// The times that matter to a worker.
struct WorkTimingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Leave jobs to others so long after this worker was last heard of (\(usual(WorkerConfiguration().lease))).",
            valueName: "duration"
        ),
        transform: DurationText.parse
    )
    var lease: Duration?

    @Option(
        help: ArgumentHelp(
            "Let running actions go on so long after SIGTERM (\(usual(WorkerConfiguration().gracePeriod))).",
            valueName: "duration"
        ),
        transform: DurationText.parse
    )
    var grace: Duration?

    @Option(
        help: ArgumentHelp(
            "Look for jobs this often when nothing wakes the worker (\(usual(WorkerConfiguration().pollInterval))).",
            valueName: "duration"
        ),
        transform: DurationText.parse
    )
    var poll: Duration?

    /// What counts where nothing is said on the command line.
    static func usual(_ value: String) -> String { "default: that of the application, else \(value)" }

    private static func usual(_ value: Duration) -> String { usual(DurationText.short(value)) }

    func apply(to configuration: inout WorkerConfiguration) {
        if let lease { configuration.lease = lease }
        if let grace { configuration.gracePeriod = grace }
        if let poll { configuration.pollInterval = poll }
    }
}
