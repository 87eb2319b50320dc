package import LibPQ

/// Who works, and on what.
extension Engine {
    /// A row of ``WorkerRecord`` for every worker.
    package func workerRecords() -> SQLStatement {
        """
        select id, host, pid, version, queues, slots, busy, started_at, heartbeat_at, not missing, sleeping, stopping, capped,
               schema_version
          from \(unescaped: name).worker_status
         order by host, pid, id
        """
    }

    /// A row of ``HeldJob`` for what one worker, or any, holds.
    ///
    /// Looked for among the first thousands of jobs that are due in each queue, because workers take the first ones.
    package func heldJobs(by worker: Int64?, limit: Int) -> SQLStatement {
        """
        select f.worker_id, s.id, s.name, s.action, s.attempt, f.claimed_at, s.reported_progress, s.progress_note
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

extension WorkerRecord {
    init(_ row: PQRow) throws(PQError) {
        id = try row.decode(0)
        host = try row.decode(1)
        pid = Int(try row.decode(2, as: Int32.self))
        version = try row.decode(3)
        queues = try row.decode(4)
        slots = Int(try row.decode(5, as: Int32.self))
        busy = try row.decode(6)
        startedAt = try row.time(7)
        heartbeatAt = try row.time(8)
        isAlive = try row.decode(9)
        isSleeping = try row.decode(10)
        isStopping = try row.decode(11)
        isCapped = try row.decode(12)
        schemaVersion = try row.decode(13, as: Int32?.self).map { Int($0) }
    }
}

extension HeldJob {
    init(_ row: PQRow) throws(PQError) {
        workerID = try row.decode(0)
        operationID = try row.decode(1)
        operation = try row.decode(2)
        action = try row.decode(3)
        attempt = Int(try row.decode(4, as: Int32.self))
        since = try row.time(5)
        let note = try row.decode(7, as: String?.self)
        progress = try row.decode(6, as: Float?.self).map { (Double($0), note) }
    }
}
