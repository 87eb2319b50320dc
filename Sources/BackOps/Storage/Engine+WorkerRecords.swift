package import LibPQ

/// Who works, and on what.
extension Engine {
    /// A row of ``WorkerRecord`` for every worker.
    package func workerRecords() -> SQLStatement {
        """
        select w.id, w.host, w.pid, w.version, w.queues, w.slots,
               (select count(*) from \(unescaped: name).jobs j where j.worker_id = w.id)::int8,
               w.started_at, w.heartbeat_at, w.heartbeat_at + w.lease > \(unescaped: name).clock_now(), w.sleeping, w.stopping,
               w.missing_since is not null, w.schema_version
          from \(unescaped: name).workers w
         order by w.host, w.pid, w.id
        """
    }

    /// A row of ``HeldJob`` for what one worker, or any, holds.
    package func heldJobs(by worker: Int64?, limit: Int) -> SQLStatement {
        """
        select j.worker_id, j.operation_id, o.name, a.branch || '/' || a.name, j.attempt, j.claimed_at, j.progress, j.progress_note
          from \(unescaped: name).jobs j
          join \(unescaped: name).operations o on o.id = j.operation_id
          join \(unescaped: name).actions a on a.operation_id = j.operation_id and a.position = j.position
         where j.worker_id is not null and j.worker_id = coalesce(\(worker), j.worker_id)
         order by j.claimed_at, j.operation_id
         limit \(Int64(limit))
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
        startedAt = try row.decode(7)
        heartbeatAt = try row.decode(8)
        isAlive = try row.decode(9)
        isSleeping = try row.decode(10)
        isStopping = try row.decode(11)
        isMissing = try row.decode(12)
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
        since = try row.decode(5)
        let note = try row.decode(7, as: String?.self)
        progress = try row.decode(6, as: Float?.self).map { (Double($0), note) }
    }
}
