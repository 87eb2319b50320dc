package import LibPQ

/// What keeps the table of jobs small: its rows live briefly, and autovacuum comes once a minute at most.
extension EngineCalls {
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
