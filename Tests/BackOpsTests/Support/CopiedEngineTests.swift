import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

/// Tests get copies of an engine that was migrated once, under a name of their own.
@Suite(.backops, .timeLimit(.minutes(30))) struct `The engine of a test` {
    private let database = TestDatabase.current

    /// All that the catalogs say of a schema, without its name.
    private func description(of schema: String, by connection: PQConnection) async throws -> [String] {
        let rows = try await connection.query(
            """
            with schema as (select \(schema)::regnamespace::oid as id),
                 relation as (select c.* from pg_class c, schema where c.relnamespace = schema.id),
            said (line) as (
              select concat_ws(' ', p.proname, pg_get_functiondef(p.oid), obj_description(p.oid, 'pg_proc'), p.proacl)
                from pg_proc p, schema where p.pronamespace = schema.id
              union all
              select concat_ws(' ', c.relname, c.relkind, c.relpersistence, c.reloptions, obj_description(c.oid, 'pg_class'), c.relacl,
                               case c.relkind when 'v' then pg_get_viewdef(c.oid) when 'i' then pg_get_indexdef(c.oid) end)
                from relation c
              union all
              select concat_ws(' ', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
                               pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum), a.attacl)
                from relation c
                join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
                left join pg_attrdef d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
              union all
              select concat_ws(' ', c.relname, k.conname, pg_get_constraintdef(k.oid))
                from relation c join pg_constraint k on k.conrelid = c.oid
              union all
              select concat_ws(' ', c.relname, pg_get_triggerdef(t.oid))
                from relation c join pg_trigger t on t.tgrelid = c.oid where not t.tgisinternal
            )
            select replace(line, \(schema), 'SCHEMA') from said order by 1
            """
        )
        return try rows.map { try $0.decode(0) }
    }

    @Test func `is the one that its migrations make`() async throws {
        let migrated = "migrated_\(database.schema)"
        try await database.script(Migrator.sql(schema: migrated))
        let (expected, actual) = try await database.withConnection { connection in
            // So that all names come with their schema.
            try await connection.script("set search_path = ''")
            return (
                try await description(of: migrated, by: connection),
                try await description(of: database.schema, by: connection)
            )
        }
        let difference = actual.difference(from: expected)
        #expect(expected.count > 300)
        #expect(difference.isEmpty, "\(difference)")
        try await database.script("drop schema \(migrated) cascade")
    }
}
