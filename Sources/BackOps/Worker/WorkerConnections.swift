import LibPQ

/// How a worker connects for its three purposes: no call may outlast the lease, and what a role or a database sets for others
/// does not hold for the engine's own statements.
///
/// What was asked for in the options stays. Nothing is set through a pooler in transaction mode: there it would stay with the
/// server's connection, and reach whoever gets that next.
struct WorkerConnections {
    let heartbeat: PQOptions
    let dispatcher: PQOptions
    let actions: PQOptions

    init(_ database: BackOpsDatabase, _ configuration: WorkerConfiguration) {
        let limit = configuration.lease / 2
        let isDirect =
            configuration.listens && database.listenOptions == nil && database.options.preparedStatements
        var options = database.options
        if options.applicationName == nil { options.applicationName = "backops worker" }
        options.giveUp(after: configuration.lease / 10)
        var heartbeat = database.listenOptions ?? options
        heartbeat.giveUp(after: configuration.lease / 10)
        heartbeat.connectTimeout = min(heartbeat.connectTimeout, configuration.lease / 6)
        heartbeat.queryTimeout = configuration.lease / 3
        if configuration.listens { heartbeat.setForEngine(statementTimeout: limit) }
        self.heartbeat = heartbeat
        if isDirect { options.setForEngine() }
        actions = options
        if isDirect { options.setForEngine(statementTimeout: limit) }
        dispatcher = options
    }
}

extension PQOptions {
    fileprivate mutating func giveUp(after limit: Duration) {
        cancelTimeout = min(cancelTimeout, limit)
    }

    /// Sets what the engine relies on, unless the options say otherwise.
    ///
    /// Its functions lock rows and look again; at stricter levels than this one that ends in serialization failures. And a
    /// limit that is meant for people's queries must not end a batch for good.
    fileprivate mutating func setForEngine(statementTimeout: Duration? = nil) {
        var settings = ["default_transaction_isolation": "read committed"]
        settings["statement_timeout"] = statementTimeout.map { "\(Int($0 / .milliseconds(1)))ms" }
        self.settings.merge(settings) { given, _ in given }
    }
}
