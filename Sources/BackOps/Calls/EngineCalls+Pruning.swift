package import LibPQ

/// `Migrations/Engine/pruning/prune.sql`.
extension EngineCalls {
    /// One row for a ``PrunedBatch``.
    package func prune(_ retention: Retention, atMost limit: Int, after id: Int64?) -> SQLStatement {
        """
        select pruned, reached, more, (select count(*) from \(unescaped: name).workers), clock_timestamp() - statement_timestamp()
          from \(unescaped: name).prune(
            at_most => \(Int32(limit)), after => \(id),
            completed => \(retention.completed), failed => \(retention.failed), cancelled => \(retention.cancelled))
        """
    }

    /// A row for every state of which something can be pruned, with its number; reads the table of operations.
    package func prunable(_ retention: Retention) -> SQLStatement {
        """
        select state, count(*)
          from \(unescaped: name).operations
         where ended_at <= \(unescaped: name).clock_now() - case state
                 when 'completed' then \(retention.completed)::interval
                 when 'failed' then \(retention.failed)::interval
                 when 'cancelled' then \(retention.cancelled)::interval
               end
         group by state
        """
    }
}
