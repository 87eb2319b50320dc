import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

/// What hosted databases and careful administrators set up before anybody migrates.
@Suite(.backops(isolation: .database), .timeLimit(.minutes(10)))
struct `A database with settings of its platform` {
    private let database = TestDatabase.current
    private var migrator: Migrator { Migrator(database.database) }

    /// Migrates anew after some statements have prepared the database.
    private func migrate(after preparation: String) async throws {
        try await migrator.down(to: 0)
        try await database.script(preparation)
        try await migrator.up()
    }

    /// Runs statements as a role with the given rights, which is dropped afterwards.
    private func withRole<R>(_ grants: String, _ body: (PQConnection) async throws -> R) async throws -> R {
        let role = "r_" + String(UInt64.random(in: .min ... .max), radix: 36)
        return try await database.withConnection { connection in
            try await connection.script(
                "create role \(role); grant usage on schema backops to \(role); \(grants.replacing("ROLE", with: role))"
            )
            try await connection.script("set session authorization \(role)")
            let outcome: Result<R, any Error>
            do { outcome = .success(try await body(connection)) } catch { outcome = .failure(error) }
            try await connection.script(
                "reset session authorization; drop owned by \(role); drop role \(role)"
            )
            return try outcome.get()
        }
    }

    // MARK: - Rights of everybody

    private let hardened = """
        alter default privileges revoke execute on functions from public;
        alter default privileges revoke usage on types from public;
        revoke all on schema public from public;
        do $$ begin execute format('revoke temporary on database %I from public', current_database()); end $$
        """

    @Test func `that gives everybody no right to call functions still lets INSERT be enough`() async throws {
        try await migrate(after: hardened)
        let engine = try await EngineDriver.start()
        try await withRole("grant insert on operations to ROLE") { connection in
            try await connection.script(
                """
                insert into operations (name, globals) values ('Flow', '{"n": 1}');
                insert into operations (name) values ('Flow'), ('Flow')
                """
            )
        }
        #expect(try await engine.drain().count == 9)
    }

    @Test func `that gives everybody no right to call functions has roles that can do what they are for`()
        async throws
    {
        try await database.script(hardened)
        // Roles belong to the whole server, so theirs are not to be those of another test.
        let schema = "h_" + String(UInt64.random(in: .min ... .max), radix: 36)
        var variables = database.variables
        variables["BACKOPS_SCHEMA"] = schema
        let place = try BackOpsDatabase(overriding: variables)
        try await Migrator(place).up(createsRoles: true)
        try await database.withConnection { connection in
            try await connection.script("set search_path = \(schema)")
            try await connection.script(#"select register_definition('Flow', '{"main": ["A"]}')"#)
            let worker: Int64 = try await connection.query(
                "select register_worker('h', 1, '{default}', '{Flow/A}')"
            )[0].decode(0)
            for (role, call) in calls(worker) {
                try await connection.script("set session authorization \(schema)_\(role)")
                _ = try await connection.query(SQLStatement(unescaped: call))
                try await connection.script("reset session authorization")
            }
            for role in RoleMatrix.roles {
                try await connection.script("drop owned by \(schema)_\(role); drop role \(schema)_\(role)")
            }
        }
    }

    /// What each of the roles is for.
    private func calls(_ worker: Int64) -> [(role: String, call: String)] {
        [
            ("enqueue", "select enqueue('Flow', key => 'k')"),
            ("enqueue", "select * from enqueue_many('Flow', array['{}']::jsonb[])"),
            (
                "enqueue",
                "select * from enqueue_each('{Flow}', array['{}']::jsonb[], null, '{default}', '{5}')"
            ),
            ("enqueue", "insert into operations (name) values ('Flow')"),
            ("worker", "select * from heartbeat(\(worker))"), ("worker", "select * from claim(\(worker))"),
            ("worker", "select * from rescue()"), ("worker", "select next_due(\(worker))"),
            ("operator", "select * from pause('mail')"), ("operator", "select id from cancel_where('Flow')"),
            ("operator", "select * from invariants()"),
            ("reader", "select * from operation_status"), ("reader", "select * from stuck"),
            ("reader", "select * from queue_depth"), ("reader", "select * from failures"),
            ("reader", "select * from worker_status"), ("reader", "select * from timeline"),
            ("reader", "select * from throughput"), ("reader", "select * from slow_actions"),
            ("reader", "select * from audit"), ("reader", "select * from help"), ("reader", "select now()"),
        ]
    }

    // MARK: - Row level security

    /// What some platforms do at every CREATE TABLE.
    private let securing = """
        create function public.secure_tables() returns event_trigger language plpgsql as $$
        declare
          v record;
        begin
          for v in select * from pg_event_trigger_ddl_commands() where command_tag = 'CREATE TABLE' loop
            execute format('alter table %s enable row level security', v.object_identity);
          end loop;
        end
        $$;
        create event trigger secure_tables on ddl_command_end when tag in ('CREATE TABLE') execute function public.secure_tables()
        """

    @Test func `that switches row level security on has it lifted by migrate up`() async throws {
        try await migrate(after: securing)
        let engine = try await EngineDriver.start()
        #expect(
            try await database.value("select count(*) from pg_class where relrowsecurity", as: Int.self) == 0
        )
        try await withRole("grant insert on operations to ROLE") { connection in
            try await connection.script("insert into operations (name) values ('Flow')")
        }
        #expect(try await engine.drain().count == 3)
    }

    @Test func `that switches row level security on later is told of, and mended by migrate up`() async throws
    {
        let tables = ["operations", "migrations", "definitions", "workers"]
        for table in tables { try await database.script("alter table \(table) enable row level security") }
        let details = try await database.violations().map(\.detail)
        #expect(details.count == tables.count)
        #expect(details.allSatisfy { $0.hasPrefix("row level security is on for table ") })
        #expect(try await migrator.up().isEmpty)
        #expect(try await database.violations().isEmpty)
    }

    @Test func `with row level security is not taken for one without a schema`() async throws {
        try await database.script("alter table migrations enable row level security")
        try await withRole("grant select on all tables in schema backops to ROLE") { connection in
            let role: String = try await connection.query("select current_user::text")[0].decode(0)
            var place = database.database
            place.options.settings["role"] = role
            let error = await #expect(throws: BackOpsError.self) { try await Migrator(place).status() }
            #expect(error?.code == .noPermission)
            #expect(
                error?.message.hasPrefix("Row level security hides rows of backops.migrations from this role")
                    == true
            )
        }
        try await migrator.up()
    }

    @Test func `with policies of somebody's own keeps them`() async throws {
        try await database.script(
            """
            alter table operations enable row level security;
            create policy all_may_look on operations using (true) with check (true)
            """
        )
        #expect(try await migrator.up().isEmpty)
        #expect(try await database.violations().isEmpty)
        let isOn = "select relrowsecurity from pg_class where oid = 'operations'::regclass" as SQLStatement
        #expect(try await database.value(isOn, as: Bool.self))
        let engine = try await EngineDriver.start()
        try await engine.enqueue()
        #expect(try await engine.drain().count == 3)
    }
}

/// PostgreSQL's names have at most 63 bytes, and those of channels and roles begin with the schema's.
@Suite(.timeLimit(.minutes(10))) struct `A schema with a long name` {
    @Test(arguments: [36, 37, 40]) func `wakes workers, and has roles`(length: Int) async throws {
        try await withTestDatabase(isolation: .database) { database in
            let name = String(repeating: "a", count: length)
            var variables = database.variables
            variables["BACKOPS_SCHEMA"] = name
            let place = try BackOpsDatabase(overriding: variables)
            try await Migrator(place).up()
            let connection = try await PQConnection.connect(place.options)
            try await connection.script(
                """
                set search_path = \(name);
                select register_definition('Flow', '{"main": ["A"]}');
                select heartbeat(register_worker('h', 1, '{default}', '{Flow/A}'), true);
                update workers set id = 9223372036854775807;
                insert into operations (name) values ('Flow');
                select * from claim(9223372036854775807);
                select cancel(1)
                """
            )
            let channel: String = try await connection.query("select worker_channel(9223372036854775807)")[0]
                .decode(0)
            #expect(channel.utf8.count <= 63)
            #expect(channel == place.schema.channel(ofWorker: .max))
            try await connection.script("begin; select create_roles()")
            let roles = try await connection.query(
                "select rolname::text from pg_roles where rolname like \(name + "%") order by 1"
            )
            #expect(
                try roles.map { try $0.decode(0, as: String.self) }
                    == ["approver", "enqueue", "operator", "reader", "worker"].map { "\(name)_\($0)" }
            )
            try await connection.script("rollback")
            await connection.close()
        }
    }
}
