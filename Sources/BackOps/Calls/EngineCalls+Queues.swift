package import LibPQ

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// What waits in the queues, and whether it is let through.
extension EngineCalls {
    /// A row of ``QueueRecord`` for every queue.
    package func queueRecords() -> SQLStatement {
        """
        select \(unescaped: QueueRecord.Column.sql)
          from \(unescaped: name).queue_depth
         order by queue
        """
    }

    /// One row of ``QueuePause``; the duration counts from the database's now.
    package func pause(
        _ queue: String,
        until: Date?,
        for duration: Duration?,
        reason: String?
    ) -> SQLStatement {
        """
        select \(unescaped: QueuePause.Column.sql)
          from \(unescaped: name).pause(
            \(queue), coalesce(\(until), \(unescaped: name).clock_now() + \(duration)), \(reason.storable)
          )
        """
    }

    /// A row of ``QueueLimit`` for every queue that has a limit, or had one.
    package func queueLimits() -> SQLStatement {
        """
        select \(unescaped: QueueLimit.Column.sql)
          from \(unescaped: name).queue_limit_status
         order by queue
        """
    }

    /// A row for every queue of which nothing may run: its name, who said so, how many seconds ago, and why.
    package func stoppedQueues() -> SQLStatement {
        """
        select queue, set_by, extract(epoch from \(unescaped: name).statement_now() - set_at)::float8, reason
          from \(unescaped: name).queue_limit_status
         where maximum = 0
         order by queue
        """
    }

    /// One row of ``QueueLimit``; a limit that was just set has no releases that were not taken off.
    package func setQueueLimit(_ queue: String, to maximum: Int?, reason: String?) -> SQLStatement {
        """
        select queue, maximum, holding as running, set_by, set_at, reason
          from \(unescaped: name).set_queue_limit(\(queue), \(maximum.map { Int32(clamping: $0) }), \(reason.storable))
        """
    }

    /// A row of ``FairQueue`` for every queue that takes turns, or did.
    package func fairQueues() -> SQLStatement {
        """
        select \(unescaped: FairQueue.Column.sql)
          from \(unescaped: name).fair_queue_status
         order by queue
        """
    }

    /// A row of ``FairQueueLine`` for every key that waits in a fair queue, who comes first before the others.
    package func fairQueueLines(of queue: String, limit: Int) -> SQLStatement {
        """
        select \(unescaped: FairQueueLine.Column.sql)
          from \(unescaped: name).fair_queue_lines
         where queue = \(queue)
         order by ahead
         limit \(Int64(limit))
        """
    }

    /// One row of ``FairQueue``; the statement does not see the row that it makes, but what waits.
    package func setQueueFairness(
        _ queue: String,
        by global: String?,
        weights: [String: Double],
        reason: String?
    ) -> SQLStatement {
        """
        select f.queue, f.by_global, f.weights, coalesce(s.waiting, 0), coalesce(s.capped, false), f.set_by, f.set_at, f.reason
          from \(unescaped: name).set_queue_fairness(
                 \(queue), \(global),
                 (select coalesce(jsonb_object_agg(w.key, w.weight), '{}')
                    from unnest(\(Array(weights.keys)), \(Array(weights.values))) as w (key, weight)),
                 \(reason.storable)
               ) as f
          left join \(unescaped: name).fair_queue_status s on s.queue = f.queue
        """
    }

    /// One row with the queue's name.
    package func resume(_ queue: String) -> SQLStatement {
        "select name from \(unescaped: name).resume(\(queue))"
    }
}
