package import LibPQ

/// What keeps the table of jobs small: its rows live briefly, and autovacuum comes once a minute at most.
extension Engine {
    /// One row for a ``JobsCondition``; reads statistics only.
    package func jobsCondition() -> SQLStatement {
        """
        select pg_stat_get_dead_tuples(c.oid), pg_stat_get_live_tuples(c.oid), pg_stat_get_vacuum_count(c.oid),
               pg_has_role(c.relowner, 'usage')
                 or exists (select from pg_database where datname = current_database() and pg_has_role(datdba, 'usage'))
                 or case when current_setting('server_version_num')::integer >= 170000 then has_table_privilege(c.oid, 'maintain') else false end
          from pg_class c
         where c.oid = \(name + ".jobs")::regclass
        """
    }

    /// Removes dead rows from jobs and its indexes, unless somebody else does right now: then it does nothing.
    ///
    /// It waits for nobody, and nobody who reads or writes the table waits for it. The file is not shortened, because that would
    /// take a lock that they wait for.
    package func vacuumJobs() -> SQLStatement {
        "vacuum (skip_locked, truncate off, process_toast off, parallel 0) \(unescaped: name).jobs"
    }
}

/// What the server's statistics say of the table of jobs; they lag by about a second.
package struct JobsCondition: Sendable, Hashable {
    /// Rows that were updated or deleted since, and not removed yet.
    package var dead: Int

    package var live: Int

    /// How often it was vacuumed, other than by autovacuum.
    package var vacuums: Int

    /// Whether the role of this session may vacuum the table: its owner, the database's, or from PostgreSQL 17 on who has MAINTAIN.
    package var mayVacuum: Bool

    package init(dead: Int, live: Int, vacuums: Int, mayVacuum: Bool) {
        self.dead = dead
        self.live = live
        self.vacuums = vacuums
        self.mayVacuum = mayVacuum
    }
}

extension JobsCondition {
    init(_ row: PQRow) throws(PQError) {
        dead = try row.decode(0)
        live = try row.decode(1)
        vacuums = try row.decode(2)
        mayVacuum = try row.decode(3)
    }
}
