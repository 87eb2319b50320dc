import LibPQ

/// How a worker connects for its three purposes, so that no call outlasts the lease.
struct WorkerConnections {
    let heartbeat: PQOptions
    let dispatcher: PQOptions
    let actions: PQOptions

    init(_ database: BackOpsDatabase, _ configuration: WorkerConfiguration) {
        var options = database.options
        if options.applicationName == nil { options.applicationName = "backops worker" }
        options.giveUp(after: configuration.lease / 10)
        var heartbeat = database.listenOptions ?? options
        heartbeat.giveUp(after: configuration.lease / 10)
        heartbeat.connectTimeout = min(heartbeat.connectTimeout, configuration.lease / 6)
        self.heartbeat = heartbeat
        actions = options
        dispatcher = options
    }
}

extension PQOptions {
    fileprivate mutating func giveUp(after limit: Duration) {
        cancelTimeout = min(cancelTimeout, limit)
    }
}
