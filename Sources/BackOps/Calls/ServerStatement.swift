import LibPQ

/// What a ``Doctor`` asks of PostgreSQL itself.
enum ServerStatement {
    /// One row, at no cost but the way.
    static let nothing: SQLStatement = "select 1"

    /// One row: version as a number and in words, the backend's own process id, whether this is a standby, and the time in
    /// seconds since 1970.
    static let identity: SQLStatement = """
        select current_setting('server_version_num')::int8, current_setting('server_version'), pg_backend_pid(),
               pg_is_in_recovery(), extract(epoch from clock_timestamp())::float8
        """

    /// One row for every setting that matters: name, value, and milliseconds or null.
    static let settings: SQLStatement = """
        select name, current_setting(name), case when unit = 'ms' then setting::int8 end
          from pg_settings
         where name in (
           'fsync', 'full_page_writes', 'synchronous_commit', 'autovacuum', 'track_counts', 'statement_timeout',
           'default_transaction_isolation', 'default_transaction_read_only', 'cluster_name'
         )
        """

    /// One row: connections of clients, how many there may be, how full the notification queue is, and which part of the
    /// transaction numbers and of the multixacts is used up.
    static let resources: SQLStatement = """
        select (select count(*) from pg_stat_activity where backend_type = 'client backend'),
               current_setting('max_connections')::int8 - current_setting('superuser_reserved_connections')::int8,
               pg_notification_queue_usage(),
               greatest(age(datfrozenxid), mxid_age(datminmxid)) / 2147483648.0::float8
          from pg_database
         where datname = current_database()
        """

    /// A row for every session of this database that keeps dead rows from being removed.
    ///
    /// Pid, role, program, state, seconds since its transaction began, and how its statement begins. Of sessions that this
    /// role may not see, the seconds are null.
    static let snapshots: SQLStatement = """
        select pid, coalesce(usename::text, '?'), application_name, coalesce(state, backend_type, '?'),
               extract(epoch from clock_timestamp() - xact_start)::float8,
               left(regexp_replace(query, '[[:space:]]+', ' ', 'g'), 60)
          from pg_stat_activity
         where pid <> pg_backend_pid()
           and (datid is null or datname = current_database())
           and backend_type is distinct from 'autovacuum worker'
           and (backend_xmin is not null or backend_xid is not null or query = '<insufficient privilege>')
         order by xact_start
        """

    /// A row for every prepared transaction of this database: its name, its owner, and for how many seconds it waits.
    static let preparedTransactions: SQLStatement = """
        select gid, owner::text, extract(epoch from clock_timestamp() - prepared)::float8
          from pg_prepared_xacts
         where database = current_database()
         order by prepared
        """

    /// A row for every replication slot that holds something back: name, whether anybody uses it, and the age of its xmin.
    static let slots: SQLStatement = """
        select slot_name::text, active, coalesce(greatest(age(xmin), age(catalog_xmin)), 0)::int8
          from pg_replication_slots
         order by slot_name
        """

    /// One row for a channel on which nobody else listens.
    static func notify(_ channel: String) -> SQLStatement { "select pg_notify(\(channel), '')" }
}
