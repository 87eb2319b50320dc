import BackOps
import LibPQ

/// Looks after one database of tests, so that another test can have it when one has ended.
///
/// Making a database, and all that its first sessions have to learn, takes more of the server than most tests do.
/// A database is handed on only as it was made: no session is left in it, its catalogs say what they said, its tables
/// are empty again and its sequences begin at their start.
struct DatabaseKeeper: Sendable {
    /// A session of its own in the database, past any pooler; the schema is first in its search_path.
    let session: PQConnection
    /// Of the pooler in front of the server; nil without one.
    private let console: PoolerConsole?
    private let database: String
    private let catalogs: String

    /// Connects, past any pooler, to a database with nothing but the engine in it.
    static func connect(
        _ conninfo: String,
        database: String,
        schema: String,
        console: PoolerConsole?
    ) async throws -> DatabaseKeeper {
        var options = PQOptions(conninfo)
        options.settings["search_path"] = "\(schema), public"
        // Neither triggers on TRUNCATE, nor the time of a statement that a test's locks hold up.
        options.settings["session_replication_role"] = "replica"
        options.settings["lock_timeout"] = "1s"
        let session = try await PQConnection.connect(options)
        return DatabaseKeeper(
            session: session,
            console: console,
            database: database,
            catalogs: try await read(session)
        )
    }

    /// Makes it as it was.
    ///
    /// - Returns: False when that cannot be done: a session is left, the test has changed more than rows, or it has left
    ///   a lock.
    func restore() async -> Bool {
        do {
            guard try await isLeftAlone(), try await Self.read(session) == catalogs else { return false }
            try await session.script(Self.emptying)
            return true
        } catch {
            return false  // The database is dropped then, which needs nobody's consent.
        }
    }

    /// Waits for the sessions of clients that were closed, which the server ends a little later.
    private func isLeftAlone() async throws -> Bool {
        for _ in 1...20 {
            let isFree = try await endPooledSessions()
            let left = try await session.query(
                """
                select (select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
                           and backend_type not in ('autovacuum worker', 'parallel worker'))
                     + (select count(*) from pg_prepared_xacts where database = current_database())
                     + (select count(*) from pg_replication_slots where database = current_database())
                """
            )
            if isFree, try left[0].decode(0, as: Int.self) == 0 { return true }
            try await session.query("select pg_sleep(0.005)")
        }
        return false
    }

    /// Ends what the pooler keeps.
    ///
    /// - Returns: False as long as it has a client, which could do something yet.
    private func endPooledSessions() async throws -> Bool {
        guard let console else { return true }
        guard try await !console.hasClients(of: database) else { return false }
        try await console.endSessions(of: database)
        return true
    }

    /// Those whose rows have an oid and change with what they describe.
    private static let versioned = [
        "pg_proc", "pg_namespace", "pg_constraint", "pg_trigger", "pg_type", "pg_rewrite", "pg_attrdef",
        "pg_policy", "pg_extension", "pg_event_trigger", "pg_default_acl", "pg_publication",
        "pg_statistic_ext",
    ]

    /// What the database is, apart from the rows of the engine's tables: all that a migration, a GRANT or an ALTER changes.
    private static func read(_ session: PQConnection) async throws -> String {
        let versions = versioned.map {
            "(select sum(hashtextextended(concat(oid, '/', xmin), 0)) from \($0))"
        }
        .joined(separator: ", ")
        return try await session.query(
            """
            select md5(concat(
              (select string_agg(concat_ws(' ', oid, relname, relnamespace, relkind, relowner, relacl, reloptions, relrowsecurity), ',' order by oid)
                 from pg_class where relnamespace <> 'pg_toast'::regnamespace),
              \(unescaped: versions),
              (select sum(hashtextextended(concat(attrelid, '/', attnum, '/', xmin), 0)) from pg_attribute where attrelid >= 16384),
              (select sum(hashtextextended(concat(seqrelid, '/', xmin), 0)) from pg_sequence),
              (select sum(hashtextextended(concat(indexrelid, indisvalid, indisready, indisclustered), 0)) from pg_index),
              (select sum(hashtextextended(concat(setrole, setconfig), 0)) from pg_db_role_setting
                where setdatabase in (0, (select oid from pg_database where datname = current_database()))),
              (select concat(datacl, datdba, datallowconn, datconnlimit) from pg_database where datname = current_database()),
              (select string_agg(e::text, ',') from engine e), (select string_agg(m::text, ',' order by m::text) from migrations m)))
            """
        )[0].decode(0)
    }

    /// What no test writes is left: the version of the engine, which ``read(_:)`` looks at.
    private static let emptying = """
        do $$
        declare
          v_tables text;
        begin
          select string_agg(oid::regclass::text, ', ') into v_tables
            from pg_class
           where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname not in ('engine', 'migrations')
             and pg_relation_size(oid) > 0;
          if v_tables is not null then
            execute 'truncate ' || v_tables;
          end if;
          perform setval(seqrelid::regclass, seqstart, false) from pg_sequence;
          delete from pg_statistic where starelid >= 16384;
          perform pg_stat_reset();
        end
        $$;
        """
}
