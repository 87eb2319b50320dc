import BackOps

/// What one run of a workload gave.
struct Figure: Hashable, Sendable {
    /// The workload's name, such as `enqueue`.
    let workload: String

    /// Which of the workload's figures it is, such as `bulk 1,000`; nil where there is only one.
    var variant: String?

    let value: Double
    let unit: Unit

    /// How many actions, operations or calls were measured.
    let count: Int

    /// How long that took, by the database's clock where there is one.
    let seconds: Double

    /// Processor time of the worker processes, or of the client where no worker takes part, per action in µs.
    var workerMicroseconds: Double?

    /// Processor time of all processes of the server per action in µs; nil when they run on another machine.
    var serverMicroseconds: Double?

    /// The most memory that one worker process had resident, or the client where no worker takes part, in MB.
    var megabytes: Double?

    /// What else was seen: shares of processes, rates of each fifth.
    var details: [JSONValue.Key: JSONValue] = [:]

    /// What its value counts.
    enum Unit: String, Sendable, CaseIterable {
        case actionsPerSecond = "actions/s"
        case operationsPerSecond = "operations/s"
        case transactionsPerSecond = "transactions/s"
        case rowsPerSecond = "rows/s"
        case actions = "actions"
        case milliseconds = "ms"
        case seconds = "s"
        case megabytes = "MB"
        case idleTransactionsPerSecond = "idle transactions/s"

        /// Whether more of it is better.
        var isRate: Bool {
            switch self {
            case .actionsPerSecond, .operationsPerSecond, .transactionsPerSecond, .rowsPerSecond: true
            case .actions, .milliseconds, .seconds, .megabytes, .idleTransactionsPerSecond: false
            }
        }
    }

    /// The workload with the variant, as tables show it.
    var title: String { variant.map { "\(workload), \($0)" } ?? workload }
}
