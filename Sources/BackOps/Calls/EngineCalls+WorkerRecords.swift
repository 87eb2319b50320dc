package import LibPQ

/// Who works, and on what.
extension EngineCalls {
    /// A row of ``WorkerRecord`` for every worker.
    package func workerRecords() -> SQLStatement {
        """
        select \(unescaped: WorkerRecord.Column.sql)
          from \(unescaped: name).worker_status
         order by host, pid, id
        """
    }

    /// A row of ``HeldJob`` for what one worker, or any, holds.
    ///
    /// Looked for among the first thousands of jobs that are due in each queue, because workers take the first ones.
    package func heldJobs(by worker: Int64?, limit: Int) -> SQLStatement {
        """
        select \(unescaped: HeldJob.Column.sql)
          from (
            select f.operation_id, f.worker_id, f.claimed_at
              from \(unescaped: name).queue_names() as n (queue)
             cross join lateral \(unescaped: name).front_of_queue(n.queue, 1000) as f
             where f.worker_id = coalesce(\(worker), f.worker_id)
             order by f.claimed_at, f.operation_id
             limit \(Int64(limit))
          ) as f
         cross join lateral (select * from \(unescaped: name).operation_status s where s.id = f.operation_id) as s
         where s.action is not null
         order by f.claimed_at, s.id
        """
    }
}
