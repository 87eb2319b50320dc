import LibPQ

/// `Migrations/Engine/throughput` and `Migrations/Engine/queues/sampled_queue_depth.sql`.
extension EngineCalls {
    /// Lets this transaction's commit not wait for the disk: a crash of the server may cost it.
    var forgoDurability: SQLStatement { "select set_config('synchronous_commit', 'off', true)" }

    /// One row with the number of counts that were added to.
    func recordActions(_ counts: PQJSON) -> SQLStatement {
        "select \(unescaped: name).record_actions(\(counts))"
    }

    /// A row of ``QueueDepth`` for every queue, from a sample that is not older, or not much, than this.
    func queueDepths(maxAge: Duration) -> SQLStatement {
        """
        select queue, ready, scheduled, running, retrying, parked, oldest_seconds
          from \(unescaped: name).sampled_queue_depth(\(maxAge))
        """
    }

    /// A row of ``SampledQueueLimit`` for every queue that has a limit, from the sample that ``queueDepths(maxAge:)`` reads.
    func queueLimits(maxAge: Duration) -> SQLStatement {
        "select queue, maximum, running from \(unescaped: name).sampled_queue_limits(\(maxAge))"
    }

    /// A row of ``WaitDepth`` for every kind of wait, from the sample that ``queueDepths(maxAge:)`` reads.
    func waitDepths(maxAge: Duration) -> SQLStatement {
        "select kind, waiting, oldest_seconds from \(unescaped: name).sampled_wait_depth(\(maxAge))"
    }

    /// One row with the number of lines that were stored.
    func storeLogs(worker: Int64, _ logs: [(claim: Claim, lines: PQJSON)]) -> SQLStatement {
        """
        select \(unescaped: name).store_logs(
          \(worker), \(logs.map(\.claim.operationID)), \(logs.map(\.claim.claimID)), \(logs.map(\.lines)))
        """
    }
}
