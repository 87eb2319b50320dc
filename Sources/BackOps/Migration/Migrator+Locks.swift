import LibPQ

extension Migrator {
    /// Runs a transaction again and again while another migration runs, or somebody else holds a lock that it needs.
    ///
    /// - Parameters:
    ///   - onWait: Called with the sessions that hold locks, each time that one does not come in time.
    ///   - body: The transaction. It is told whether to rebuild functions and views: once, after one could not be replaced in
    ///     place because it returns other columns than before.
    /// - Returns: What the transaction returns.
    /// - Throws: What the transaction throws, once the time to try again is over.
    func repeatingWhileLocked<R: Sendable>(
        _ onWait: @escaping @Sendable ([String]) -> Void = { _ in },
        _ body: @escaping @Sendable (inout PQSession, _ rebuildsEngine: Bool) throws -> R
    ) async throws -> R {
        let deadline = ContinuousClock.now + lockPatience
        var rebuildsEngine = false
        while true {
            do {
                return try await withSession { [rebuildsEngine] session in
                    try session.transaction { session in try body(&session, rebuildsEngine) }
                }
            } catch is AnotherMigrationRuns {
                try await Task.sleep(for: .milliseconds(50))
            } catch let error as PQError {
                if !rebuildsEngine,
                    error.sqlState == .invalidTableDefinition || error.sqlState == .invalidFunctionDefinition
                {
                    rebuildsEngine = true
                    continue
                }
                guard error.sqlState == .lockNotAvailable || error.sqlState == .deadlockDetected,
                    ContinuousClock.now < deadline
                else { throw error }
                onWait(try await lockHolders())
                // Lets those through that queued behind the lock.
                try await Task.sleep(for: .milliseconds(Int.random(in: 200...600)))
            }
        }
    }

    /// The sessions whose transactions hold locks on tables of the schema, longest first.
    private func lockHolders() async throws -> [String] {
        try await withSession { session in
            try session.query(
                """
                select format('pid %s (%s, %s), in a transaction for %s s', a.pid, a.usename,
                              coalesce(nullif(a.application_name, ''), 'no application_name'),
                              extract(epoch from clock_timestamp() - a.xact_start)::integer)
                  from pg_stat_activity a
                 where a.pid <> pg_backend_pid() and a.xact_start is not null
                   and exists (
                     select from pg_locks l join pg_class c on c.oid = l.relation
                      where l.pid = a.pid and l.granted and c.relnamespace = to_regnamespace(\(self.schema.quoted))
                        and l.database = (select oid from pg_database where datname = current_database())
                   )
                 order by a.xact_start
                 limit 5
                """
            ).map { try $0.decode(0) }
        }
    }
}

/// Says that a transaction must be tried again, because another migration of the schema has not ended.
struct AnotherMigrationRuns: Error {}
