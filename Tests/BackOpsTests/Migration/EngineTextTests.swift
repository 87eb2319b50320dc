import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@Suite(.backops(isolation: .database), .timeLimit(.minutes(10))) struct `The engine's text` {
    private let database = TestDatabase.current
    private var migrator: Migrator { Migrator(database.database) }

    private func engine() async throws -> MigrationStatus.Engine { try await migrator.status().engine }

    /// A release after this one: another function, another view, a view with a column more, and one function less.
    private func nextRelease() -> Migrator {
        var files = EngineText.current.files.filter { $0.path != "Engine/operations/wait.sql" }
        files.append(
            EngineFile(
                path: "Engine/later/later.sql",
                text: """
                    create or replace function later(p_at timestamptz default null, p_what text default 'a, b') returns text
                      language sql
                      set search_path from current
                    as $$
                      select p_what
                    $$;
                    create or replace view soon as
                      select later() as what, s.id from operation_status s;

                    """
            )
        )
        files = files.map { file in
            guard file.path == "Engine/queues/paused_queues.sql" else { return file }
            return EngineFile(
                path: file.path,
                text: file.text.replacing("reason\n    from queues", with: "reason, 1 as rank from queues")
            )
        }
        return Migrator(database.database, steps: MigrationStep.all, engine: EngineText(files))
    }

    private func objects() async throws -> [String] {
        try await database.query(
            """
            select p.oid::regprocedure || ' ' || md5(prosrc) || prosecdef || coalesce(proconfig::text, '') || coalesce(obj_description(p.oid), '')
              from pg_proc p where pronamespace = 'backops'::regnamespace
            union all
            select c.relname || ' ' || pg_get_viewdef(c.oid) from pg_class c where relnamespace = 'backops'::regnamespace and relkind = 'v'
            union all
            select tgname || ' ' || tgenabled::text || ' ' || pg_get_triggerdef(oid) from pg_trigger
             where tgrelid in ('operations'::regclass, 'attempts'::regclass)
             order by 1
            """
        ).map { try $0.decode(0) }
    }

    @Test func `names every function, view, row type and trigger that it creates, and nothing else`()
        async throws
    {
        let missing = try await database.query(
            """
            with ours as (select object from engine cross join jsonb_object_keys(objects) as o (object))
            select p.oid::regprocedure::text from pg_proc p
             where pronamespace = 'backops'::regnamespace and proname not in ('now', 'clock_now')
               and p.oid not in (select to_regprocedure(substr(object, 10)) from ours where object like 'function %')
            union all
            select 'view ' || relname from pg_class where relnamespace = 'backops'::regnamespace and relkind = 'v'
            except select object from ours
            union all
            select 'type ' || relname from pg_class where relnamespace = 'backops'::regnamespace and relkind = 'c'
            except select object from ours
            union all
            select format('trigger %s on %s', tgname, c.relname) from pg_trigger t join pg_class c on c.oid = t.tgrelid
             where relnamespace = 'backops'::regnamespace and not tgisinternal
            except select object from ours
            """
        ).map { try $0.decode(0, as: String.self) }
        #expect(missing.isEmpty)
        let objects = EngineText.current.objects
        #expect(Set(objects).count == objects.count)
        for kind in ["function ", "view ", "type ", "trigger "] {
            #expect(objects.contains { $0.hasPrefix(kind) })
        }
    }

    @Test func `is put back where somebody has changed or dropped a function, a view or a trigger`()
        async throws
    {
        let before = try await objects()
        try await database.script(
            """
            create or replace function worker_channel(p_worker_id bigint) returns text language sql set search_path = backops, pg_temp as 'select null';
            drop view stuck;
            drop trigger attempts_stamp_failure on attempts;
            alter table operations disable trigger operations_expand;
            """
        )
        let edited = MigrationStatus.Engine.edited(objects: [
            "function worker_channel(bigint)", "trigger attempts_stamp_failure on attempts",
            "trigger operations_expand on operations", "view stuck",
        ])
        #expect(try await engine() == edited)
        #expect(try await migrator.status().isCurrent == false)
        let worker = try BackOpsWorker(database.database) { Errand() }
        let error = await #expect(throws: BackOpsError.self) { try await worker.drain() }
        #expect(
            error?.message.contains(
                "somebody has changed or dropped function worker_channel(bigint), trigger attempts_stamp_failure on attempts, "
            ) == true
        )
        #expect(error?.message.contains("Run `backops migrate up`") == true)
        #expect(try await migrator.bringUp().hasReplacedEngine)
        #expect(try await engine() == .current)
        #expect(try await objects() == before)
        #expect(try await !migrator.bringUp().hasReplacedEngine)
        try await worker.drain()
    }

    @Test func `of another release is replaced, in both directions, and what is gone is dropped`()
        async throws
    {
        let before = try await objects()
        let next = nextRelease()
        #expect(try await next.status().engine == .other(release: "0.1.0"))
        #expect(try await next.bringUp().hasReplacedEngine)
        #expect(try await next.status().isCurrent)
        #expect(try await database.query("select what from soon").isEmpty)
        #expect(
            try await database.value(
                "select to_regprocedure('wait(bigint, interval)') is null",
                as: Bool.self
            )
        )
        #expect(try await engine() == .other(release: "0.1.0"))
        // A view that loses a column cannot be replaced in place.
        #expect(try await migrator.bringUp().hasReplacedEngine)
        #expect(try await engine() == .current)
        #expect(try await objects() == before)
    }

    @Test func `of a newer release is nothing that stops a worker; of an older one it is`() async throws {
        try await database.query("update engine set checksum = 'x', release = '99.10.0'")
        #expect(try await engine() == .other(release: "99.10.0"))
        #expect(try await migrator.status().hasNewerEngine)
        let worker = try BackOpsWorker(database.database) { Errand() }
        try await worker.drain()
        try await database.query("update engine set release = '0.0.9'")
        #expect(try await !migrator.status().hasNewerEngine)
        let error = await #expect(throws: BackOpsError.self) { try await worker.drain() }
        #expect(error?.code == .schemaTooOld)
        #expect(error?.message.contains("those of release 0.0.9, and not those of this program") == true)
    }

    @Test func `keeps what others were granted, also where something is dropped and created again`()
        async throws
    {
        let role = try await database.value("select current_database()::text", as: String.self) + "_grafana"
        let ask: SQLStatement = """
            select string_agg(a.privilege_type || a.is_grantable, ',') from pg_class c cross join aclexplode(c.relacl) as a
             where c.oid = 'paused_queues'::regclass and a.grantee = \(role)::regrole
            """
        try await database.script(
            """
            create role "\(role)";
            grant select on paused_queues to "\(role)" with grant option;
            grant execute on function wait(bigint, interval) to "\(role)";
            grant execute on function explain(bigint) to "\(role)";
            """
        )
        try await nextRelease().up()
        #expect(try await database.value(ask, as: String?.self) == "SELECTtrue")
        try await migrator.up()
        #expect(try await database.value(ask, as: String?.self) == "SELECTtrue")
        #expect(
            try await database.value(
                "select has_function_privilege(\(role), 'explain(bigint)', 'execute')",
                as: Bool.self
            )
        )
        try await database.script(#"drop owned by "\#(role)"; drop role "\#(role)""#)
    }

    @Test func `drops nothing that objects of others depend on, and names these`() async throws {
        try await nextRelease().up()
        try await database.script(
            "create schema mine; create view mine.pauses as select rank from backops.paused_queues"
        )
        let error = await #expect(throws: PQError.self) { try await migrator.up() }
        #expect(error?.sqlState == SQLState("2BP01"))
        #expect(
            error?.detail?.replacing("\"", with: "").contains(
                "view mine.pauses depends on view paused_queues"
            ) == true
        )
        #expect(error?.hint?.contains("Drop these objects") == true)
        #expect(try await nextRelease().status().isCurrent)
        try await database.script("drop schema mine cascade")
        try await migrator.up()
        #expect(try await migrator.status().isCurrent)
    }

    @Test func `can be replaced while a view of somebody reads one of its views`() async throws {
        try await database.script("create schema mine; create view mine.waits as select * from backops.stuck")
        try await database.query("update engine set checksum = 'x'")
        try await migrator.up()
        #expect(try await migrator.status().isCurrent)
        #expect(try await database.query("select * from mine.waits").isEmpty)
        try await database.script("drop schema mine cascade")
    }

    @Test
    func `is taken out with the steps, and then an INSERT is refused instead of making what never runs`()
        async throws
    {
        let newest = MigrationStep.newestVersion
        try await migrator.down(to: newest - 1)
        #expect(try await migrator.status().engine == .missing)
        let error = await #expect(throws: PQError.self) {
            try await database.query("insert into operations (name) values ('Errand')")
        }
        #expect(error?.message.contains("the schema backops has no functions at the moment") == true)
        #expect(error?.hint?.contains("Run `backops migrate up`") == true)
        try await migrator.up()
        try await database.query("insert into operations (name) values ('Errand')")
        #expect(try await migrator.status().isCurrent)
    }

    @Test func `that cannot be created at all is refused, and changes nothing`() async throws {
        let broken = EngineFile(
            path: "Engine/later/broken.sql",
            text:
                "create or replace function broken(a integer default 1, b integer) returns integer language sql return 1;\n"
        )
        let files = EngineText.current.files + [broken]
        let next = Migrator(database.database, steps: MigrationStep.all, engine: EngineText(files))
        await expectRefusal("42P13") { try await next.up() }
        #expect(try await migrator.status().isCurrent)
    }

    @Test func `comes in an order in which every script can be run`() async throws {
        try await database.script(Migrator.sql(from: MigrationStep.newestVersion))
        try await database.script(Migrator.sql(from: MigrationStep.newestVersion, rebuildsEngine: true))
        #expect(try await migrator.status().isCurrent)
    }
}
