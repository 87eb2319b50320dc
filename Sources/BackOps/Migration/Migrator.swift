import LibPQ

/// Brings the schema of a database to the version that this library needs, and back.
///
/// Everything happens in one transaction under an advisory lock that derives from the schema's name: when two
/// processes start at once, one migrates and the other waits and finds nothing left to do. A step that fails
/// leaves the database as it was.
public struct Migrator: Sendable {
    private let database: BackOpsDatabase
    private var schema: SchemaName { database.schema }

    /// Makes a migrator for a database; it connects only when it is asked to do something.
    ///
    /// - Parameter database: Where to migrate.
    public init(_ database: BackOpsDatabase) {
        self.database = database
    }

    /// Compares the database with this library; changes nothing.
    ///
    /// - Returns: Every step; all of them are pending where the schema does not exist.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/unsupportedEncoding`` when the database is not UTF8; `PQError` when it
    ///   cannot be asked.
    public func status() async throws -> MigrationStatus {
        try await withSession { session in
            try session.transaction { session in
                try self.liftLimits(&session)
                try self.refuseEncoding(&session)
                return try self.status(&session)
            }
        }
    }

    /// Takes the steps that are pending, and brings the rights of the roles up to date.
    ///
    /// Row level security that the platform has switched on for a table without a policy is switched off.
    ///
    /// - Parameters:
    ///   - target: The version to stop at; nil is the newest.
    ///   - createsRoles: Whether to create the roles SCHEMA_enqueue, SCHEMA_worker, SCHEMA_operator and SCHEMA_reader where
    ///     they are missing, which needs `CREATEROLE`. Those that exist get their rights in any case.
    /// - Returns: The steps that were taken, in order; none when the database was current.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/schemaVersionMismatch`` when the database is newer than
    ///   this library, or with ``BackOpsError/Code/unsupportedEncoding`` when the database is not UTF8; `PQError` when a
    ///   statement fails, whose hint says what to run where roles may not be created, or which setting was the limit. Nothing is
    ///   changed then.
    @discardableResult
    public func up(to target: Int? = nil, createsRoles: Bool = false) async throws -> [Migration] {
        try await bringUp(to: target, createsRoles: createsRoles).steps
    }

    /// As ``up(to:createsRoles:)``, with the names of the roles that were missing and are there now.
    package func bringUp(
        to target: Int? = nil,
        createsRoles: Bool = false
    ) async throws -> (steps: [Migration], roles: [String]) {
        try await withSession { session in
            try session.transaction { session in
                try self.liftLimits(&session)
                try self.refuseEncoding(&session)
                try self.lock(&session)
                try self.prepare(&session)
                let status = try self.status(&session)
                try self.refuseNewer(status)
                let done = Set(status.steps.filter { $0.appliedAt != nil }.map(\.version))
                let pending = Migration.all.filter {
                    !done.contains($0.version) && $0.version <= target ?? .max
                }
                for migration in pending {
                    try session.script(migration.up)
                    _ = try session.query(self.record(migration))
                }
                var roles: [String] = []
                if createsRoles {
                    roles = try session.query("select create_roles()").map { try $0.decode(0) }
                } else if !pending.isEmpty {
                    try session.script(Self.applyPrivileges)
                }
                try session.script(Self.liftRowSecurity)
                return (pending, roles)
            }
        }
    }

    /// Takes steps back, newest first.
    ///
    /// What their tables held is lost.
    ///
    /// - Parameter target: The version to go back to; 0 removes the schema, which must hold nothing else then.
    /// - Returns: The steps that were taken back, in the order in which that happened.
    /// - Throws: As ``up(to:)``.
    @discardableResult
    public func down(to target: Int) async throws -> [Migration] {
        try await withSession { session in
            try session.transaction { session in
                try self.liftLimits(&session)
                try self.refuseEncoding(&session)
                try self.lock(&session)
                let status = try self.status(&session)
                try self.refuseNewer(status)
                let done = Set(status.steps.filter { $0.appliedAt != nil }.map(\.version))
                let undone = Migration.all.reversed().filter {
                    done.contains($0.version) && $0.version > target
                }
                try self.setSearchPath(&session)
                for migration in undone {
                    try session.script(migration.down)
                    _ = try session.query("delete from migrations where version = \(migration.version)")
                }
                if target <= 0, try self.hasTable(&session) {
                    try session.script("drop table migrations; drop schema \(self.schema.quoted);")
                }
                return undone
            }
        }
    }

    private func withSession<R: Sendable>(
        _ body: @Sendable @escaping (inout PQSession) throws -> R
    ) async throws -> R {
        let connection = try await PQConnection.connect(database.options)
        do {
            let result = try await connection.run(body)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }
}

// MARK: - Statements

extension Migrator {
    /// What a role or a database sets for people's queries does not end a migration.
    ///
    /// `lock_timeout` stays: whoever sets it does not want others to queue up behind a lock that does not come.
    private func liftLimits(_ session: inout PQSession) throws {
        try session.script(Self.liftLimits)
    }

    static let liftLimits = """
        set local statement_timeout = 0;
        set local idle_in_transaction_session_timeout = 0;
        select set_config(name, '0', true) from pg_settings where name = 'transaction_timeout';

        """

    /// Waits for another migration as long as that takes, whatever `lock_timeout` says: it holds up nobody else.
    private func lock(_ session: inout PQSession) throws {
        let limit = try session.query("select current_setting('lock_timeout')").first?.decode(
            0,
            as: String.self
        )
        try session.script("set local lock_timeout = 0")
        _ = try session.query(
            "select pg_advisory_xact_lock(hashtextextended(\("backops/migrate/" + schema.text), 0))"
        )
        _ = try session.query("select set_config('lock_timeout', \(limit), true)")
    }

    /// JSON, and every text that programs send, is UTF-8: another encoding could not hold all of it, and SQL_ASCII would take
    /// bytes that nobody can read.
    private func refuseEncoding(_ session: inout PQSession) throws {
        let row = try session.query("select current_setting('server_encoding'), current_database()::text")
            .first
        guard let row else { return }
        let (encoding, name) = try row.decode(as: String.self, String.self)
        guard encoding != "UTF8" else { return }
        throw BackOpsError(
            .unsupportedEncoding,
            subject: name,
            message:
                "the database \(name) has the encoding \(encoding), but BackOps needs UTF8, which only a new database can get: "
                + "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )
    }

    private func setSearchPath(_ session: inout PQSession) throws {
        try session.script("set local search_path = \(schema.quoted), pg_temp")
    }

    private func hasTable(_ session: inout PQSession) throws -> Bool {
        let name = "\(schema.quoted).migrations"
        return try session.query("select to_regclass(\(name)) is not null").first?.decode(0, as: Bool.self)
            ?? false
    }

    /// The schema is created only where it is missing: a DBA may have made it for a role that may not.
    private func prepare(_ session: inout PQSession) throws {
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

        """

    /// What a step creates belongs to nobody but the owner until the roles get their rights; early steps have no such function.
    static let applyPrivileges = """
        do $$
        begin
          if to_regprocedure('apply_privileges()') is not null then perform apply_privileges(); end if;
        end
        $$;

        """

    /// Some platforms switch row level security on for every new table.
    static let liftRowSecurity = """
        do $$
        begin
          if to_regprocedure('lift_row_security()') is not null then perform lift_row_security(); end if;
        end
        $$;

        """

    /// A table whose rows are hidden looks empty, and an empty one would be taken for a schema that is not there.
    private func refuseHiddenRows(_ session: inout PQSession) throws {
        let hidden = try session.query(
            """
            select array_agg(relname::text order by relname) from pg_class
             where relnamespace = to_regnamespace(\(schema.quoted)) and relkind in ('r', 'p') and row_security_active(oid)
            """
        )
        guard let tables = try hidden.first?.decode(0, as: [String]?.self) else { return }
        throw BackOpsError(
            .invalidConfiguration,
            subject: schema.text,
            message:
                "row level security hides rows of \(tables.map { "\(schema.text).\($0)" }.joined(separator: ", ")) from this role: "
                + "run `backops migrate up` as the owner of the schema, which switches it off for tables without a policy"
        )
    }

    private func record(_ migration: Migration) -> SQLStatement {
        """
        insert into migrations (version, name, checksum)
        values (\(migration.version), \(migration.name), encode(sha256(convert_to(\(migration.up), 'UTF8')), 'hex'))
        """
    }

    private func status(_ session: inout PQSession) throws -> MigrationStatus {
        var applied: [Int: (name: String, isModified: Bool, at: PQTimestamp)] = [:]
        if try hasTable(&session) {
            try refuseHiddenRows(&session)
            // The checksums are compared by the server, which has a hash function.
            let rows = try session.query(
                """
                select m.version, m.name, m.applied_at,
                       t.text is not null and m.checksum <> encode(sha256(convert_to(t.text, 'UTF8')), 'hex')
                  from \(unescaped: schema.quoted).migrations m
                  left join unnest(\(Migration.all.map(\.version)), \(Migration.all.map(\.up))) as t (version, text) using (version)
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
        let known = Dictionary(uniqueKeysWithValues: Migration.all.map { ($0.version, $0.name) })
        let steps = Set(known.keys).union(applied.keys).sorted().map { version in
            MigrationStatus.Step(
                version: version,
                name: known[version] ?? applied[version]?.name ?? "",
                appliedAt: applied[version]?.at.date,
                isModified: applied[version]?.isModified ?? false
            )
        }
        return MigrationStatus(schema: schema.text, steps: steps)
    }

    private func refuseNewer(_ status: MigrationStatus) throws(BackOpsError) {
        guard status.isNewerThanLibrary else { return }
        throw BackOpsError(
            .schemaVersionMismatch,
            subject: schema.text,
            message:
                "the schema \(schema.text) is at version \(status.version), but this program knows versions up to "
                + "\(Migration.newestVersion) only: use a newer version of BackOps"
        )
    }
}
