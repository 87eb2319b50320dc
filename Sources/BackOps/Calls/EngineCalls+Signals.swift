package import LibPQ

/// Signals, and what ends waits: the functions of `Migrations/Engine/waits`.
extension EngineCalls {
    /// One row with a ``SignalAnswer``.
    package func signal(_ id: Int64, _ signal: String, payload: PQJSON?, dedupKey: String?) -> SQLStatement {
        "select \(unescaped: name).signal(\(id), \(signal), \(payload), \(dedupKey))"
    }

    /// One row with a ``SignalAnswer``.
    package func signal(
        operation: String,
        key: String,
        _ signal: String,
        payload: PQJSON?,
        dedupKey: String?
    ) -> SQLStatement {
        "select \(unescaped: name).signal(\(operation), \(key), \(signal), \(payload), \(dedupKey))"
    }

    /// A row with the answer for each of some operations, in the order of their ids.
    package func signal(_ ids: [Int64], _ signal: String, payload: PQJSON?, dedupKey: String?) -> SQLStatement
    {
        """
        select id, \(unescaped: name).signal(id, \(signal), \(payload), \(dedupKey))
          from (select id from unnest(\(ids)) as id order by id offset 0) as target
        """
    }

    package func wakeUp(_ target: some SteeringTarget, reason: String?) -> SQLStatement {
        "select id from \(unescaped: name).wake_up(\(target), \(reason.storable))"
    }

    /// Zero to `limit` rows of ``SignalRecord``, the newest ones, in the order in which they came.
    package func signals(of id: Int64, limit: Int) -> SQLStatement {
        """
        select \(unescaped: SignalRecord.Column.sql)
          from (
            select * from \(unescaped: name).signal_status where operation_id = \(id) order by id desc limit \(Int64(limit))
          ) as s
         order by id
        """
    }
}
