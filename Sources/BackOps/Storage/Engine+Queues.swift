package import LibPQ

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// What waits in the queues, and whether it is let through.
extension Engine {
    /// A row of ``QueueRecord`` for every queue.
    package func queueRecords() -> SQLStatement {
        """
        select queue, ready, scheduled, running, retrying, parked, oldest_ready_at, workers, capped,
               paused_at, paused_until, paused_by, paused_reason
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
        select name, paused_at, paused_until, paused_by, reason
          from \(unescaped: name).pause(
            \(queue), coalesce(\(until), \(unescaped: name).clock_now() + \(duration)), \(reason.storable)
          )
        """
    }

    /// One row with the queue's name.
    package func resume(_ queue: String) -> SQLStatement {
        "select name from \(unescaped: name).resume(\(queue))"
    }
}

extension QueueRecord {
    init(_ row: PQRow) throws(PQError) {
        let queue = try row.decode(0, as: String.self)
        name = queue
        ready = try row.decode(1)
        scheduled = try row.decode(2)
        running = try row.decode(3)
        retrying = try row.decode(4)
        parked = try row.decode(5)
        oldestReadyAt = try row.timeIfAny(6)
        workers = try row.decode(7)
        isCapped = try row.decode(8)
        let (until, by, reason) = (
            try row.timeIfAny(10), try row.decode(11, as: String?.self),
            try row.decode(12, as: String?.self)
        )
        pause = try row.timeIfAny(9).map {
            QueuePause(queue: queue, since: $0, until: until, by: by, reason: reason)
        }
    }
}

extension QueuePause {
    init(_ row: PQRow) throws(PQError) {
        queue = try row.decode(0)
        since = try row.time(1)
        until = try row.timeIfAny(2)
        by = try row.decode(3)
        reason = try row.decode(4)
    }
}
