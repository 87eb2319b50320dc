import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@Suite(.backops, .timeLimit(.minutes(10))) struct `The schema` {
    private let database = TestDatabase.current

    private func names(_ statement: SQLStatement) async throws -> [String] {
        try await database.query(statement).map { try $0.decode(0, as: String.self) }
    }

    @Test func `has a comment on every table, view, sequence, index, type and column`() async throws {
        let without = try await names(
            """
            select c.relname || coalesce('.' || a.attname, '')
              from pg_class c
              left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'c')
              cross join lateral (values (0), (coalesce(a.attnum, 0))) as place (number)
             where c.relnamespace = \(database.schema)::regnamespace
               and not exists (select from pg_description d where d.classoid = 'pg_class'::regclass and d.objoid = c.oid and d.objsubid = place.number)
               and not (place.number = 0 and c.relkind = 'c')
               -- What a constraint or an identity column brings along is explained by these.
               and not exists (select from pg_constraint k where k.conindid = c.oid)
               and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'i' and c.relkind = 'S')
             union
            select t.typname from pg_type t
             where t.typnamespace = \(database.schema)::regnamespace and t.typtype = 'c'
               and exists (select from pg_class c where c.oid = t.typrelid and c.relkind = 'c')
               and obj_description(t.oid, 'pg_type') is null
             order by 1
            """
        )
        #expect(without.isEmpty)
    }

    @Test func `has a comment on every function, trigger, and on itself`() async throws {
        let without = try await names(
            """
            select p.oid::regprocedure::text from pg_proc p
             where p.pronamespace = \(database.schema)::regnamespace and obj_description(p.oid, 'pg_proc') is null
            union all
            select t.tgname::text from pg_trigger t join pg_class c on c.oid = t.tgrelid
             where c.relnamespace = \(database.schema)::regnamespace and not t.tgisinternal and obj_description(t.oid, 'pg_trigger') is null
            union all
            select nspname::text from pg_namespace where nspname = \(database.schema) and obj_description(oid, 'pg_namespace') is null
            """
        )
        #expect(without.isEmpty)
    }

    @Test func `has only functions that find its tables whatever the caller's search_path`() async throws {
        let loose = try await names(
            """
            select p.oid::regprocedure::text from pg_proc p
             where p.pronamespace = \(database.schema)::regnamespace
               and p.prosqlbody is null
               and not exists (select from unnest(p.proconfig) as setting where replace(setting, '"', '') = 'search_path=' || \(database.schema) || ', pg_temp')
            """
        )
        #expect(loose.isEmpty)
    }

    @Test
    func `runs with its owner's rights only what a role may call, and what a change of operations sets off`()
        async throws
    {
        let definer = try await names(
            """
            select distinct proname::text from pg_proc
             where pronamespace = \(database.schema)::regnamespace and prosecdef
               and oid not in (select tgfoid from pg_trigger where tgrelid = 'operations'::regclass)
               and proname not in (select name from privileges() where privilege = 'execute')
            """
        )
        #expect(definer.isEmpty)
    }

    @Test func `gives a stranger nothing`() async throws {
        let role = database.schema + "_stranger"
        try await database.withConnection { connection in
            try await connection.script("create role \(role); set session authorization \(role)")
            await expectRefusal("42501") {
                try await connection.query("select \(unescaped: database.schema).enqueue('Flow')")
            }
            await expectRefusal("42501") {
                try await connection.query("select * from \(unescaped: database.schema).operations")
            }
            try await connection.script("reset session authorization; drop role \(role)")
        }
    }

    @Test func `lets nobody enqueue by a function who may not INSERT`() async throws {
        let role = database.schema + "_reader"
        try await database.withConnection { connection in
            try await connection.script(
                "create role \(role); grant usage on schema \(database.schema) to \(role); grant select on operations to \(role)"
            )
            try await connection.script("set session authorization \(role)")
            await expectRefusal("42501") { try await connection.query("select enqueue('Flow')") }
            await expectRefusal("42501") { try await connection.query("select enqueue_many('Flow', '{}')") }
            await expectRefusal("42501") { try await connection.query("select cancel(1)") }
            try await connection.script(
                "reset session authorization; grant execute on function enqueue to \(role); set session authorization \(role)"
            )
            try await connection.query("select enqueue('Flow')")
            try await connection.script(
                "reset session authorization; drop owned by \(role); drop role \(role)"
            )
        }
    }
}
