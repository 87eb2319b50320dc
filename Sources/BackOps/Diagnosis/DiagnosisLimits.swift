/// The thresholds of the warnings and failures of a ``Doctor``.
public struct DiagnosisLimits: Sendable, Hashable {
    /// A value from which on there is a warning, and one from which on there is a failure.
    public struct Limit<Value: Comparable & Sendable & Hashable>: Sendable, Hashable {
        /// From here on there is a warning.
        public var warning: Value

        /// From here on there is a failure.
        public var failure: Value

        /// Makes a limit.
        ///
        /// - Parameters:
        ///   - warning: From here on there is a warning.
        ///   - failure: From here on there is a failure.
        public init(warning: Value, failure: Value) {
            self.warning = warning
            self.failure = failure
        }

        /// Rates a value; one that has not reached a limit is fine.
        func level(of value: Value) -> Diagnosis.Level {
            value >= failure ? .failure : value >= warning ? .warning : .fine
        }
    }

    /// How long a due job may wait although a worker that knows it is alive.
    public var unclaimedJob = Limit(warning: Duration.seconds(10), failure: .seconds(60))

    /// How long a transaction or a prepared one may hold back the removal of dead rows.
    public var snapshotAge = Limit(warning: Duration.seconds(60), failure: .seconds(600))

    /// How many transactions a replication slot may hold back the removal of dead rows.
    public var slotAge = Limit(warning: 1_000_000, failure: 10_000_000)

    /// How many dead rows for each live one a table may have; below ten thousand they do not count.
    public var deadRowsPerRow = Limit(warning: 1.0, failure: 20.0)

    /// How full the notification queue may be, 0 to 1.
    public var notificationQueue = Limit(warning: 0.05, failure: 0.25)

    /// Which part of the connections may be in use, 0 to 1.
    public var connections = Limit(warning: 0.8, failure: 0.95)

    /// Which part of the transaction numbers may be used up before a freeze, 0 to 1.
    public var transactionNumbers = Limit(warning: 0.25, failure: 0.6)

    /// How far the clock of this host may be from the server's, besides half a round trip.
    public var clockDifference = Duration.seconds(1)

    /// How long one round trip to the server may take.
    public var roundTrip = Duration.milliseconds(20)

    /// Below this, a statement_timeout of the role gets in the way.
    public var statementTimeout = Duration.seconds(10)

    /// How many violations of invariants are shown one by one.
    public var shownViolations = 20

    /// Makes the default limits.
    public init() {}
}
