package import LibPQ

/// What a query asks for; everything that is given must hold.
package struct OperationFilter: Sendable {
    package var ids: [Int64]?
    package var names: [String]?
    package var states: [OperationState]?
    package var globals: [UInt8]?
    package var fingerprint: String?
    package var queues: [String]?
    package var tags: [String]?
    package var since: Duration?
    package var until: Duration?
}

extension Engine {
    /// Zero to `limit` rows of ``OperationRecord``, newest first, those before an id if one is given.
    ///
    /// An array, because with IN the planner takes the view for half of all operations and hashes all jobs: 1.5 s instead of
    /// 1 ms where there are a million.
    package func operations(
        _ filter: OperationFilter,
        before id: Int64? = nil,
        limit: Int,
        by access: Access = .tables
    ) -> SQLStatement {
        """
        select \(unescaped: OperationRecord.columns)
          from \(unescaped: name).operation_status
         where id = any (array(\(matching(filter, before: id, access)) order by id desc limit \(Int64(limit))))
         order by id desc
        """
    }

    /// Zero to `limit` ids of matching operations, smallest first, those after an id.
    package func ids(
        _ filter: OperationFilter,
        after id: Int64,
        limit: Int,
        by access: Access = .tables
    ) -> SQLStatement {
        "\(matching(filter, before: nil, access)) and id > \(id) order by id limit \(Int64(limit))"
    }

    /// One row with the number of matching operations.
    package func count(_ filter: OperationFilter, by access: Access = .tables) -> SQLStatement {
        "select count(*) from (\(matching(filter, before: nil, access))) as found"
    }

    /// What a role may read: the tables, or only what readers and operators may.
    package enum Access: Sendable {
        /// Every condition has its index.
        case tables
        /// Views and functions. The globals are looked for among the 10,000 first operations that have them.
        case views
    }

    /// Each condition is written only where it is asked for, so that the planner sees which index it can use.
    private func matching(_ filter: OperationFilter, before id: Int64?, _ access: Access) -> SQLStatement {
        var query: SQLStatement =
            switch access {
            case .tables: "select id from \(unescaped: name).operations where true"
            case .views: "select id from \(unescaped: name).operation_status where true"
            }
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
        if let id { query += " and id < \(id)" }
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
        select a.branch || '/' || a.name, l.run, l.attempt, l.logged_at, l.level, l.message, l.metadata
          from (
            select * from \(unescaped: name).attempt_logs where operation_id = \(id) order by claim_id desc, number desc limit \(limit)
          ) as l
          join \(unescaped: name).action_status a using (operation_id, position)
         order by l.claim_id, l.number
        """
    }

    /// One row with the state; none when there is no such operation.
    package func state(of id: Int64) -> SQLStatement {
        "select state from \(unescaped: name).operations where id = \(id)"
    }
}

extension OperationRecord {
    static let columns = """
        id, name, state, status, progress, action, attempt, max_attempts, run_at, queue, priority, key, tags,
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
        createdAt = try row.decode(20)
        endedAt = try row.decode(21)
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
        startedAt = try row.decode(7)
        completedAt = try row.decode(8)
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
        startedAt = try row.decode(5)
        endedAt = try row.decode(6)
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
        loggedAt = try row.decode(3)
        level = try row.decode(4)
        message = try row.decode(5)
        let document = try JSON(parsing: row.decode(6, as: PQJSON.self).bytes)
        metadata = (document.objectValue ?? [:]).mapValues { $0.stringValue ?? $0.description }
    }
}
