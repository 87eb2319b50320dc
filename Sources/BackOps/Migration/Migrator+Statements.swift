import LibPQ

extension Migrator {
    /// What a role or a database sets for people's queries does not end a migration, and nothing is compiled for questions to the
    /// catalog, whose costs the planner overrates: that took a worker half a second at its start.
    func liftLimits(_ session: inout PQSession) throws {
        try session.script(Self.liftLimits)
    }

    static let liftLimits = """
        set local statement_timeout = 0;
        set local idle_in_transaction_session_timeout = 0;
        set local jit = off;
        select set_config(name, '0', true) from pg_settings where name = 'transaction_timeout';
        select set_config('lock_timeout', '1s', true) where current_setting('lock_timeout')::interval not between interval '1 ms' and interval '1 s';

        """

    /// Keeps other migrations away until the transaction ends; throws `AnotherMigrationRuns` where one is under way.
    ///
    /// It does not wait in the server: an index that the other migration builds concurrently waits for the end of all transactions
    /// that have a snapshot, as a statement that waits has.
    func lock(_ session: inout PQSession) throws {
        let isOurs = try session.query(
            "select pg_try_advisory_xact_lock(hashtextextended(\("backops/migrate/" + schema.text), 0))"
        ).first?.decode(0, as: Bool.self)
        guard isOurs == true else { throw AnotherMigrationRuns() }
    }

    /// JSON, and every text that programs send, is UTF-8: another encoding could not hold all of it, and SQL_ASCII would take
    /// bytes that nobody can read.
    func refuseEncoding(_ session: inout PQSession) throws {
        let row = try session.query("select current_setting('server_encoding'), current_database()::text")
            .first
        guard let row else { return }
        let (encoding, name) = try row.decode(as: String.self, String.self)
        guard encoding != "UTF8" else { return }
        throw BackOpsError(
            .unsupportedEncoding,
            subject: name,
            message:
                "The database \(name) has the encoding \(encoding), but BackOps needs UTF8, which only a new database can get: "
                + "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0."
        )
    }

    func setSearchPath(_ session: inout PQSession) throws {
        try session.script("set local search_path = \(schema.quoted), pg_temp")
    }

    func hasTable(_ session: inout PQSession) throws -> Bool {
        let name = "\(schema.quoted).migrations"
        return try session.query("select to_regclass(\(name)) is not null").first?.decode(0, as: Bool.self)
            ?? false
    }

    /// The schema is created only where it is missing: a DBA may have made it for a role that may not.
    func prepare(_ session: inout PQSession) throws {
        let exists = try session.query("select to_regnamespace(\(schema.quoted)) is not null")
        if try exists.first?.decode(0, as: Bool.self) != true {
            try session.script(Self.createSchema(schema))
        }
        try setSearchPath(&session)
        if try !hasTable(&session) { try session.script(Self.createTable) }
    }

    static func createSchema(_ schema: SchemaName) -> String {
        """
        create schema \(schema.quoted);
        comment on schema \(schema.quoted) is 'BackOps: operations, their actions, and the jobs that workers claim.';

        """
    }

    static let createTable = """
        create table migrations (
          version    integer     constraint migrations_pkey primary key,
          name       text        not null,
          checksum   text        not null,
          applied_at timestamptz not null default clock_timestamp()
        );
        comment on table migrations is 'The steps that this schema has taken.';
        comment on column migrations.version is 'Number of the step.';
        comment on column migrations.name is 'What it was about.';
        comment on column migrations.checksum is 'SHA-256 of its text.';
        comment on column migrations.applied_at is 'When it was taken.';

        create table engine (
          singleton  boolean     not null default true constraint engine_pkey primary key,
          release    text        not null,
          checksum   text        not null,
          objects    jsonb       not null,
          applied_at timestamptz not null default clock_timestamp(),
          constraint engine_is_one_row check (singleton)
        );
        comment on table engine is 'Whose functions and views this schema has, in one row; none while it has no functions.';
        comment on column engine.singleton is 'Always true: there is one row.';
        comment on column engine.release is 'The release of BackOps that they belong to.';
        comment on column engine.checksum is 'A number over the text of all of them.';
        comment on column engine.objects is 'What was created, with the MD5 of the bodies of functions, so that a change by hand is seen.';
        comment on column engine.applied_at is 'When they were put here.';

        """

    static func removeSchema(_ schema: SchemaName) -> String {
        """
        drop function if exists without_engine();
        drop table engine, migrations;
        drop schema \(schema.quoted);

        """
    }

    /// A table whose rows are hidden looks empty, and an empty one would be taken for a schema that is not there.
    func refuseHiddenRows(_ session: inout PQSession) throws {
        let hidden = try session.query(
            """
            select array_agg(relname::text order by relname) from pg_class
             where relnamespace = to_regnamespace(\(schema.quoted)) and relkind in ('r', 'p') and row_security_active(oid)
            """
        )
        guard let tables = try hidden.first?.decode(0, as: [String]?.self) else { return }
        throw BackOpsError(
            .noPermission,
            subject: schema.text,
            message:
                "Row level security hides rows of \(tables.map { "\(schema.text).\($0)" }.joined(separator: ", ")) from this role. "
                + "Run `backops migrate up` as the owner of the schema, which switches it off for tables without a policy."
        )
    }

    func record(_ migration: MigrationStep) -> SQLStatement {
        """
        insert into migrations (version, name, checksum)
        values (\(migration.version), \(migration.name), encode(sha256(convert_to(\(migration.up), 'UTF8')), 'hex'))
        """
    }

    func status(_ session: inout PQSession) throws -> MigrationStatus {
        var applied: [Int: (name: String, isModified: Bool, at: PQTimestamp)] = [:]
        if try hasTable(&session) {
            try refuseHiddenRows(&session)
            // The checksums are compared by the server, which has a hash function.
            let rows = try session.query(
                """
                select m.version, m.name, m.applied_at,
                       t.text is not null and m.checksum <> encode(sha256(convert_to(t.text, 'UTF8')), 'hex')
                  from \(unescaped: schema.quoted).migrations m
                  left join unnest(\(steps.map(\.version)), \(steps.map(\.up))) as t (version, text) using (version)
                 order by m.version
                """
            )
            for row in rows {
                let (version, name, at, isModified) = try row.decode(
                    as: Int.self,
                    String.self,
                    PQTimestamp.self,
                    Bool.self
                )
                applied[version] = (name, isModified, at)
            }
        }
        let known = Dictionary(uniqueKeysWithValues: steps.map { ($0.version, $0.name) })
        let steps = Set(known.keys).union(applied.keys).sorted().map { version in
            MigrationStatus.Step(
                version: version,
                name: known[version] ?? applied[version]?.name ?? "",
                appliedAt: applied[version]?.at.date,
                isModified: applied[version]?.isModified ?? false
            )
        }
        return MigrationStatus(
            schema: schema.text,
            steps: steps,
            newestVersion: newestVersion,
            engine: applied.isEmpty ? .missing : try engineStatus(&session)
        )
    }

    /// Compares what is recorded with this library's text, and the functions with what is recorded.
    private func engineStatus(_ session: inout PQSession) throws -> MigrationStatus.Engine {
        // The signatures name types of the schema.
        try setSearchPath(&session)
        let row = try session.query(
            """
            select e.release, e.checksum = \(engine.checksum),
                   array(
                     select o.key from jsonb_each_text(e.objects) as o
                      where case split_part(o.key, ' ', 1)
                              when 'function' then (
                                select md5(p.prosrc) from pg_proc p where p.oid = to_regprocedure(substr(o.key, 10))
                              ) is distinct from o.value
                              when 'view' then to_regclass(substr(o.key, 6)) is null
                              when 'trigger' then not exists (
                                select from pg_trigger t
                                 where t.tgname = split_part(o.key, ' ', 2) and t.tgrelid = to_regclass(split_part(o.key, ' ', 4))
                                   and t.tgenabled in ('O', 'A')
                              )
                              else false
                            end
                      order by 1
                   )
              from engine e
            """
        ).first
        guard let row else { return .missing }
        let (release, isOurs, edited) = try row.decode(as: String.self, Bool.self, [String].self)
        if !isOurs { return .other(release: release) }
        return edited.isEmpty ? .current : .edited(objects: edited)
    }

    func refuseNewer(_ status: MigrationStatus) throws(BackOpsError) {
        guard status.isNewerThanLibrary else { return }
        throw BackOpsError(
            .schemaTooNew,
            subject: schema.text,
            message:
                "The schema \(schema.text) is at version \(status.version), but this program knows versions up to "
                + "\(newestVersion) only. Use a newer version of BackOps."
        )
    }

    func refuseModified(_ status: MigrationStatus) throws(BackOpsError) {
        if let step = status.steps.first(where: \.isModified) {
            throw status.modified(step).error(schema.text)
        }
    }
}

extension Migrator {
    /// Runs the statements of a step one by one in a session of its own.
    static func runAlone(_ step: MigrationStep, _ database: BackOpsDatabase, _ schema: SchemaName) throws {
        var session = try PQSession.connect(database.options)
        _ = try session.query("select set_config('statement_timeout', '0', false)")
        _ = try session.query("select set_config('search_path', \(schema.quoted + ", pg_temp"), false)")
        for statement in statements(of: step.up) { try session.script(statement) }
    }

    /// The statements of a step outside of a transaction: in one exchange, PostgreSQL would take them for a transaction.
    static func statements(of text: String) -> [String] {
        text.split(separator: ";\n").map(String.init).filter { statement in
            statement.split(separator: "\n").contains {
                !$0.hasPrefix("--") && !$0.allSatisfy(\.isWhitespace)
            }
        }
    }
}
