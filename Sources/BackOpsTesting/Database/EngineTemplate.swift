import BackOps
import LibPQ

/// A database with the engine in it, which those of the tests are copied from: a tenth of the server's work of migrating.
struct EngineTemplate: Sendable {
    let name: String

    /// The schema that the engine has in it.
    static let schema = "backops"

    /// Makes one on a server that this process has for itself.
    static func make(on conninfo: String) async throws -> EngineTemplate {
        let template = EngineTemplate(name: "backops_template")
        let database = PQOptions.conninfo(conninfo, database: template.name)
        try await session(conninfo) { try await $0.query("create database \(identifier: template.name)") }
        try await Migrator(BackOpsDatabase(database, schema: schema)).up()
        return template
    }

    /// Gives the engine of a copy the name that it would have been migrated with.
    func rename(to schema: String, in conninfo: String) async throws {
        guard schema != Self.schema else { return }
        try await Self.session(conninfo) { try await $0.script(Self.renaming(to: schema)) }
    }

    /// The functions have the schema's name in their `search_path`, the roles derive theirs from it, and all else goes with it.
    private static func renaming(to schema: String) -> String {
        """
        alter schema \(Self.schema) rename to \(schema);
        do $$
        declare
          v_function regprocedure;
        begin
          for v_function in
            select oid from pg_proc
             where pronamespace = '\(schema)'::regnamespace and proconfig::text like '%search_path=%'
          loop
            execute format('alter routine %s set search_path = \(schema), pg_temp', v_function);
          end loop;
        end
        $$;
        """
    }

    private static func session(_ conninfo: String, _ body: (PQConnection) async throws -> Void) async throws
    {
        let connection = try await PQConnection.connect(PQOptions(conninfo))
        do {
            try await body(connection)
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }
}
