package import LibPQ

/// What a query asks for; everything that is given must hold.
package struct OperationFilter: Sendable {
    package var ids: [Int64]?
    package var names: [String]?
    package var states: [OperationState]?
    package var statuses: [OperationStatus]?
    package var globals: [UInt8]?
    package var fingerprint: String?
    package var queues: [String]?
    package var tags: [String]?
    package var since: Duration?
    package var until: Duration?
    package var order = OperationOrder.id
    package var isReversed = false
    /// The operation behind which, in that order, the reading begins.
    package var after: Int64?
}

extension Engine {
    /// Zero to `limit` rows of ``OperationRecord`` in the filter's order, those behind an id if one is given.
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
                select \(unescaped: OperationRecord.columns)
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
            select \(unescaped: OperationRecord.columns)
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
        if let ids = filter.ids { query += " and id = any (\(ids))" }
        if let names = filter.names { query += " and name = any (\(names))" }
        if let globals = filter.globals { query += matching(globals: PQJSON(bytes: globals), access) }
        if let fingerprint = filter.fingerprint {
            query += """
                 and state = 'failed'
                 and id in (select operation_id from \(unescaped: name).attempts where fingerprint = \(fingerprint))
                """
        }
        if let queues = filter.queues { query += " and queue = any (\(queues))" }
        if let tags = filter.tags { query += " and tags @> \(tags)" }
        if let since = filter.since { query += " and created_at >= \(unescaped: name).now() - \(since)" }
        if let until = filter.until { query += " and created_at <= \(unescaped: name).now() - \(until)" }
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

    /// There is no index on the state, which would make every completion dearer: live operations have jobs, and failed
    /// ones are found through the attempts that ended them.
    private func matching(_ states: [OperationState], _ access: Access) -> SQLStatement {
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
    private func matching(_ statuses: [OperationStatus], _ access: Access) -> SQLStatement {
        if case .views = access { return " and status = any (\(statuses.map(\.rawValue)))" }
        var parts: [SQLStatement] = []
        for status in Set(statuses).sorted(by: { $0.rawValue < $1.rawValue }) {
            let job: SQLStatement? =
                switch status {
                case .running: "worker_id is not null"
                case .retrying: "worker_id is null and attempt > 0"
                case .scheduled:
                    "worker_id is null and attempt = 0 and run_at > \(unescaped: name).statement_now()"
                case .ready:
                    "worker_id is null and attempt = 0 and run_at <= \(unescaped: name).statement_now()"
                case .parked, .completed, .failed, .cancelled: nil
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
        select \(unescaped: ActionRecord.columns)
          from \(unescaped: name).action_status
         where operation_id = \(id)
         order by position
        """
    }

    /// A row of ``AttemptRecord`` for every attempt of an operation that did not simply succeed, in order.
    package func attempts(of id: Int64) -> SQLStatement {
        """
        select a.branch || '/' || a.name, t.run, t.attempt, t.outcome, t.worker, t.started_at, t.ended_at,
               t.error_type, t.error_message, t.stack_trace
          from \(unescaped: name).attempts t
          join \(unescaped: name).action_status a using (operation_id, position)
         where t.operation_id = \(id)
         order by t.id
        """
    }

    /// A row of ``LoggedLine`` for every line that attempts of an operation logged, in order; the newest ones.
    package func logs(of id: Int64, limit: Int) -> SQLStatement {
        """
        select a.branch || '/' || a.name, l.run, l.attempt, l.logged_at, l.level, l.message, l.metadata, l.claim_id, l.number
          from (
            select * from \(unescaped: name).attempt_logs where operation_id = \(id) order by claim_id desc, number desc limit \(limit)
          ) as l
          join \(unescaped: name).action_status a using (operation_id, position)
         order by l.claim_id, l.number
        """
    }

    /// Zero to `limit` rows of ``LoggedLine``, the first ones behind a place.
    package func logs(of id: Int64, after place: LoggedLine.Place?, limit: Int) -> SQLStatement {
        """
        select a.branch || '/' || a.name, l.run, l.attempt, l.logged_at, l.level, l.message, l.metadata, l.claim_id, l.number
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
        select position, branch || '/' || action, run, attempt, started_at, ended_at, outcome, worker
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

extension OperationRecord {
    static let columns = """
        id, name, state, status, progress, action, attempt, max_attempts, run_at, queue, priority, key,
        array(select tag from unnest(tags) as tag where tag is not null),
        reported_progress, progress_note, worker, error_type, error_message, note, globals, created_at, ended_at
        """

    init(_ row: PQRow) throws(PQError) {
        id = try row.decode(0)
        name = try row.decode(1)
        let word = try row.decode(2, as: String.self)
        guard let state = OperationState(rawValue: word) else {
            throw PQError(
                .decoding,
                "Operation \(id) is in the state \"\(word)\", which this version of BackOps does not know."
            )
        }
        self.state = state
        status = try row.decode(3)
        progress = try row.decode(4)
        action = try row.decode(5)
        // An operation that is parked or has completed is at no action.
        attempt = Int(try row.decode(6, as: Int32?.self) ?? 0)
        maxAttempts = try row.decode(7, as: Int32?.self).map { Int($0) }
        runAt = try row.decode(8, as: PQTimestamp?.self)?.date
        queue = try row.decode(9)
        priority = Int(try row.decode(10, as: Int16.self))
        key = try row.decode(11)
        tags = try row.decode(12)
        let note = try row.decode(14, as: String?.self)
        reportedProgress = try row.decode(13, as: Float?.self).map { (Double($0), note) }
        worker = try row.decode(15)
        let message = try row.decode(17, as: String?.self)
        error = try row.decode(16, as: String?.self).map { ($0, message ?? "") }
        self.note = try row.decode(18)
        globals = Globals(text: try row.decode(19, as: PQJSON.self).bytes)
        createdAt = try row.time(20)
        endedAt = try row.timeIfAny(21)
    }
}

extension ActionRecord {
    static let columns = """
        position, branch, name, status, run, attempts_count, max_attempts, started_at, completed_at, perform_at,
        error_type, error_message, stack_trace
        """

    init(_ row: PQRow) throws(PQError) {
        position = Int(try row.decode(0, as: Int32.self))
        branch = BranchName(try row.decode(1, as: String.self))
        name = try row.decode(2)
        status = try row.decode(3)
        run = Int(try row.decode(4, as: Int32.self))
        attempts = Int(try row.decode(5, as: Int32.self))
        maxAttempts = Int(try row.decode(6, as: Int32.self))
        startedAt = try row.timeIfAny(7)
        completedAt = try row.timeIfAny(8)
        performAt = try row.decode(9, as: PQTimestamp?.self)?.date
        errorType = try row.decode(10)
        errorMessage = try row.decode(11)
        stackTrace = try row.decode(12)
    }
}

extension AttemptRecord {
    init(_ row: PQRow) throws(PQError) {
        action = try row.decode(0)
        run = Int(try row.decode(1, as: Int32.self))
        attempt = Int(try row.decode(2, as: Int32.self))
        outcome = try row.decode(3)
        worker = try row.decode(4)
        startedAt = try row.timeIfAny(5)
        endedAt = try row.time(6)
        errorType = try row.decode(7)
        errorMessage = try row.decode(8)
        stackTrace = try row.decode(9)
    }
}

extension LoggedLine {
    init(_ row: PQRow) throws {
        action = try row.decode(0)
        run = Int(try row.decode(1, as: Int32.self))
        attempt = Int(try row.decode(2, as: Int32.self))
        loggedAt = try row.time(3)
        level = try row.decode(4)
        message = try row.decode(5)
        let document = try row.document(6)
        metadata =
            document.objectValue.map { members in
                Dictionary(members.map { ($0.key.text, $0.value.stringValue ?? $0.value.description) }) {
                    first,
                    _ in
                    first
                }
            } ?? ["metadata": document.stringValue ?? document.description]
        place = Place(claimID: try row.decode(7), number: Int(try row.decode(8, as: Int32.self)))
    }
}

extension TimelineEntry {
    init(_ row: PQRow) throws(PQError) {
        position = Int(try row.decode(0, as: Int32.self))
        action = try row.decode(1)
        run = Int(try row.decode(2, as: Int32.self))
        attempt = Int(try row.decode(3, as: Int32.self))
        startedAt = try row.timeIfAny(4)
        endedAt = try row.timeIfAny(5)
        outcome = try row.decode(6)
        worker = try row.decode(7)
    }
}
