package import LibPQ

extension EngineCalls {
    /// Zero to `limit` rows of ``OperationRecord`` in the filter's order, those after an id if one is given.
    ///
    /// An array, because with IN the planner takes the view for half of all operations and hashes all jobs: 1.5 s instead of
    /// 1 ms where there are a million.
    package func operations(
        _ filter: OperationFilter,
        after id: Int64? = nil,
        limit: Int,
        by access: Access = .tables
    ) -> SQLStatement {
        let key = key(of: filter.order, access)
        let (sign, direction) = filter.order.isDescending != filter.isReversed ? ("<", "desc") : (">", "asc")
        var found = matching(filter, access)
        if let id, filter.order == .id {
            found += " and id \(unescaped: sign) \(id)"
        } else if let id {
            found += """
                 and (\(unescaped: key), id) \(unescaped: sign)
                     (select \(unescaped: key), id from \(unescaped: name).\(unescaped: access.source) where id = \(id))
                """
        }
        guard filter.order != .id else {
            return """
                select \(unescaped: OperationRecord.Column.sql)
                  from \(unescaped: name).operation_status
                 where id = any (array(\(found) order by id \(unescaped: direction) limit \(Int64(limit))))
                 order by id \(unescaped: direction)
                """
        }
        return """
            with found as materialized (
              select array(
                \(found) order by \(unescaped: key) \(unescaped: direction), id \(unescaped: direction) limit \(Int64(limit))
              ) as ids
            )
            select \(unescaped: OperationRecord.Column.sql)
              from \(unescaped: name).operation_status
             where id = any ((select ids from found)::bigint[])
             order by array_position((select ids from found), id)
            """
    }

    /// What operations are sorted by.
    private func key(of order: OperationOrder, _ access: Access) -> String {
        switch (order, access) {
        case (.id, _): "id"
        case (.name, _): "name"
        case (.queue, _): "queue"
        case (.priority, _): "priority"
        case (.ended, _): "coalesce(ended_at, '-infinity')"
        case (.due, .views): "coalesce(run_at, 'infinity')"
        case (.due, .tables):
            """
            coalesce(
              (select j.run_at from \(name).jobs j where j.operation_id = operations.id and j.worker_id is null), 'infinity'
            )
            """
        }
    }

    /// Zero to `limit` ids of matching operations, smallest first, those after an id.
    package func ids(
        _ filter: OperationFilter,
        after id: Int64,
        limit: Int,
        by access: Access = .tables
    ) -> SQLStatement {
        "\(matching(filter, access)) and id > \(id) order by id limit \(Int64(limit))"
    }

    /// One row with the number of matching operations.
    package func count(_ filter: OperationFilter, by access: Access = .tables) -> SQLStatement {
        "select count(*) from (\(matching(filter, access))) as found"
    }

    /// What a role may read: the tables, or only what readers and operators may.
    package enum Access: Sendable {
        /// Every condition has its index.
        case tables
        /// Views and functions. The globals are looked for among the 10,000 first operations that have them.
        case views

        /// What operations are looked for in.
        fileprivate var source: String {
            switch self {
            case .tables: "operations"
            case .views: "operation_status"
            }
        }
    }

    /// Each condition is written only where it is asked for, so that the planner sees which index it can use.
    private func matching(_ filter: OperationFilter, _ access: Access) -> SQLStatement {
        var query: SQLStatement = "select id from \(unescaped: name).\(unescaped: access.source) where true"
        if let ids = filter.ids { query += " and id = any (\(ids.sorted()))" }
        if let names = filter.names { query += " and name = any (\(names.map(\.text)))" }
        for globals in filter.globals { query += matching(globals: PQJSON(bytes: globals), access) }
        for fingerprint in filter.fingerprints {
            query += """
                 and state = 'failed'
                 and id in (select operation_id from \(unescaped: name).attempts where fingerprint = \(fingerprint))
                """
        }
        if let queues = filter.queues { query += " and queue = any (\(queues.map(\.text)))" }
        if let tags = filter.tags { query += " and tags @> \(tags)" }
        if let age = filter.greatestAge { query += " and created_at >= \(unescaped: name).now() - \(age)" }
        if let age = filter.leastAge { query += " and created_at <= \(unescaped: name).now() - \(age)" }
        if let states = filter.states { query += matching(states, access) }
        if let statuses = filter.statuses { query += matching(statuses, access) }
        return query
    }

    private func matching(globals: PQJSON, _ access: Access) -> SQLStatement {
        switch access {
        case .tables: " and globals @> \(globals)"
        case .views:
            """
             and id = any (array(
               select found.id from \(unescaped: name).find_operations(globals => \(globals), at_most => 10000) as found
             ))
            """
        }
    }

    /// There is no index on the state, which would make every completion more expensive: live operations have jobs, and failed
    /// ones are found through the attempts that ended them.
    private func matching(_ states: Set<OperationState>, _ access: Access) -> SQLStatement {
        switch (states, access) {
        case ([.active], .tables):
            " and state = 'active' and id in (select operation_id from \(unescaped: name).jobs)"
        case ([.failed], _):
            """
             and state = 'failed'
             and id in (select operation_id from \(unescaped: name).attempts where ends_operation)
            """
        default: " and state = any (\(states.map(\.rawValue)))"
        }
    }

    /// Live operations are found by their jobs, failed ones by the attempts that ended them, as the view `operation_status`
    /// tells them apart.
    private func matching(_ statuses: Set<OperationStatus>, _ access: Access) -> SQLStatement {
        if case .views = access { return " and status = any (\(statuses.map(\.rawValue)))" }
        var parts: [SQLStatement] = []
        for status in statuses.sorted(by: { $0.rawValue < $1.rawValue }) {
            let job: SQLStatement? =
                switch status {
                case .running: "worker_id is not null"
                case .retrying: "worker_id is null and attempt > 0 and ticket is null"
                case .waiting:
                    "queue in ('/waits', '/limits') and (waits_since is not null or ticket is not null)"
                case .scheduled:
                    """
                    worker_id is null and attempt = 0 and waits_since is null and ticket is null
                    and run_at > \(unescaped: name).statement_now()
                    """
                case .ready:
                    "worker_id is null and attempt = 0 and waits_since is null and run_at <= \(unescaped: name).statement_now()"
                default: nil
                }
            if let job {
                parts.append(
                    """
                    (state = 'active' and parked_at is null
                     and id in (select operation_id from \(unescaped: name).jobs where \(job)))
                    """
                )
            } else if status == .parked {
                parts.append("(state = 'active' and parked_at is not null)")
            } else {
                parts.append("(true\(matching([status.state], access)))")
            }
        }
        guard var condition = parts.first else { return " and false" }
        for part in parts.dropFirst() { condition += " or "; condition += part }
        return " and (\(condition))"
    }

    /// A row of ``ActionRecord`` for every action of an operation, in order.
    package func actions(of id: Int64) -> SQLStatement {
        """
        select \(unescaped: ActionRecord.Column.sql)
          from \(unescaped: name).action_status
         where operation_id = \(id)
         order by position
        """
    }

    /// A row of ``AttemptRecord`` for every attempt of an operation that did not simply succeed, in order.
    package func attempts(of id: Int64) -> SQLStatement {
        """
        select \(unescaped: AttemptRecord.Column.sql)
          from \(unescaped: name).attempts t
          join \(unescaped: name).action_status a using (operation_id, position)
         where t.operation_id = \(id)
         order by t.id
        """
    }

    /// A row of ``LoggedLine`` for every line that attempts of an operation logged, in order; the newest ones.
    package func logs(of id: Int64, limit: Int) -> SQLStatement {
        """
        select \(unescaped: LoggedLine.Column.sql)
          from (
            select * from \(unescaped: name).attempt_logs where operation_id = \(id) order by claim_id desc, number desc limit \(limit)
          ) as l
          join \(unescaped: name).action_status a using (operation_id, position)
         order by l.claim_id, l.number
        """
    }

    /// Zero to `limit` rows of ``LoggedLine``, the first ones after a place.
    package func logs(of id: Int64, after place: LoggedLine.Place?, limit: Int) -> SQLStatement {
        """
        select \(unescaped: LoggedLine.Column.sql)
          from (
            select *
              from \(unescaped: name).attempt_logs
             where operation_id = \(id) and (claim_id, number) > (\(place?.claimID ?? .min), \(place?.number ?? 0))
             order by claim_id, number
             limit \(Int64(limit))
          ) as l
          join \(unescaped: name).action_status a using (operation_id, position)
         order by l.claim_id, l.number
        """
    }

    /// A row of ``TimelineEntry`` for every attempt of an operation, in the order in which they began.
    package func timeline(of id: Int64) -> SQLStatement {
        """
        select \(unescaped: TimelineEntry.Column.sql)
          from \(unescaped: name).timeline
         where operation_id = \(id)
         order by coalesce(started_at, ended_at), ended_at, position
        """
    }

    /// One row with the state; none when there is no such operation.
    package func state(of id: Int64) -> SQLStatement {
        "select state from \(unescaped: name).operations where id = \(id)"
    }
}
