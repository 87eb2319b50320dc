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

    /// One row with the queue's name.
    package func resume(_ queue: String) -> SQLStatement {
        "select name from \(unescaped: name).resume(\(queue))"
    }
}
