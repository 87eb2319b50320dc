#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The settings of a worker; the defaults are those that the benchmarks measure.
public struct WorkerConfiguration: Sendable {
    /// The queues that it serves, 1 or more; between jobs of the same priority, the earlier queue comes first.
    public var queues: [String] = ["default"]

    /// How many actions run at once: 1 to 10,000.
    ///
    /// While its actions take less than a millisecond, a worker claims more jobs than that, up to four times as many and 400, so
    /// that one round trip serves many; they wait for their turn, for half a second at most. Nobody's last attempt waits.
    public var concurrency: Int = 100

    /// How long the worker's jobs stay its own after it was last heard of: 1 s to 1 h.
    ///
    /// When a worker dies, others take its jobs after this time; within two seconds, if its connection for ``listens`` leads
    /// directly to the server, which then sees that it is gone. It renews the lease five times as often.
    public var lease: Duration = .seconds(15)

    /// How often it looks for jobs when nothing wakes it: 10 ms or more; without ``listens``, at least once a second.
    public var pollInterval: Duration = .seconds(5)

    /// How long running actions may go on after SIGTERM, before they are cancelled and handed back.
    public var gracePeriod: Duration = .seconds(30)

    /// Whether a failure stores where its error was thrown.
    public var stackTraces: StackTraces = .onFailure()

    /// Whether it is woken by LISTEN, which needs a connection without a pooler in between.
    ///
    /// Where a pooler is in between nevertheless, the worker notices, says so in the log, and polls.
    public var listens = true

    /// How long operations stay that have ended, not shorter than the lease; by default for ever.
    ///
    /// The worker prunes what is older, whichever operations it knows itself: where workers of one schema differ, the shortest
    /// time counts. It looks every minute, deletes in small batches, and never while it stops.
    public var retention = Retention.forever

    /// Which lines of an attempt are stored with it, in the table `attempt_logs`; by default none.
    public var attemptLogs = AttemptLogs.off

    /// Whether it vacuums the table of jobs when many of its rows are dead.
    ///
    /// Rows of that table live briefly, and autovacuum comes once a minute at most: on a busy system the table would grow to many
    /// times its size in between. A vacuum holds nobody up and takes at most a tenth of the time; one worker at a time makes it.
    /// The role must own the table or the database, or from PostgreSQL 17 on have MAINTAIN on the table; a worker that may not says
    /// so once, and leaves it to autovacuum.
    public var vacuums = true

    /// Whether it enqueues what schedules are due.
    ///
    /// Every worker does, without a leader; a schedule is run by one of them. Where no worker does, nothing is scheduled.
    public var runsSchedules = true

    /// The version of your application, shown in the table `workers`.
    public var version = ""

    /// The name of your application; where it is empty, what the program was started as.
    ///
    /// The schedules that its workers declare belong to it. Applications that share a database need names of their own.
    public var application = ""

    var applicationName: String { application.isEmpty ? ProcessInfo.processInfo.processName : application }

    /// How often a worker with schedules looks whether those that count are in force.
    package var declarationInterval: Duration = .seconds(20)

    /// How often it looks for operations to prune.
    package var pruningInterval: Duration = .seconds(60)

    /// How often it adds what its actions did to the tables of throughput, and looks how deep the queues are.
    package var reportingInterval: Duration = .seconds(10)

    /// Where stacks are given their names.
    package var symbolThread = SymbolThread.shared

    /// Gives a stack its names.
    package var resolveTrace: @Sendable (FailureTrace) -> String = { $0.text() }

    /// How long a failure waits for the names of its stack, before it is recorded with addresses.
    package var tracePatience: Duration = .seconds(60)

    /// When a vacuum pays.
    package var vacuumPace = VacuumPace()

    /// When it looks for schedules that are due.
    package var schedulePace = SchedulePace()

    /// How often it looks for jobs; who is not woken looks once a second at least.
    func pollInterval(_ hearing: WakeMode) -> Duration {
        switch hearing {
        case .listens: pollInterval
        case .asks: min(pollInterval, .seconds(1))
        }
    }

    /// Makes the default configuration.
    public init() {}

    func validate() throws(BackOpsError) {
        guard !queues.isEmpty, Set(queues).count == queues.count else {
            throw .invalidConfiguration("queues", "must name at least one queue, and each of them once.")
        }
        for queue in queues where !QueueName.isValid(queue) {
            throw .invalidConfiguration(
                "queues",
                "cannot hold \"\(queue)\": the name of a queue \(QueueName.rule)."
            )
        }
        guard (1...10_000).contains(concurrency) else {
            throw .invalidConfiguration("concurrency", "must be 1 to 10,000, not \(concurrency).")
        }
        guard (.seconds(1)...(.seconds(3600))).contains(lease) else {
            throw .invalidConfiguration("lease", "must be 1 s to 1 h, not \(lease).")
        }
        guard pollInterval >= .milliseconds(10) else {
            throw .invalidConfiguration("pollInterval", "must be 10 ms or more, not \(pollInterval).")
        }
        guard gracePeriod >= .zero else {
            throw .invalidConfiguration("gracePeriod", "must not be negative, but is \(gracePeriod).")
        }
        try attemptLogs.validate()
        try retention.validate(lease: lease)
    }
}
