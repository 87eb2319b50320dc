import BackOps
import DevPostgres

/// How to connect to a private server: for people, for shells, for programs.
struct DevGuide {
    let server: DevPostgres
    let schema: String

    /// What a program needs in its environment.
    var variables: [String: String] {
        [
            "BACKOPS_DATABASE_URL": server.url(), "BACKOPS_SCHEMA": schema,
            "PGHOST": server.socketDirectory, "PGPORT": "\(server.port)", "PGUSER": DevPostgres.user,
            "PGDATABASE": "postgres",
        ]
    }

    func write(json: Bool) {
        guard !json else { return StandardStream.output.writeLine(document.description) }
        StandardStream.output.write(
            """
            PostgreSQL \(server.version), schema \(schema) at version \(MigrationStep.newestVersion)
              url     \(server.url())
              psql    \(psql)
              shell   export BACKOPS_DATABASE_URL='\(server.url())'

            """
        )
        let end =
            server.ownsServer
            ? "It runs until you press ctrl-C; its log is \(server.directory)/server.log."
            : "Another process runs it."
        StandardStream.error.writeLine(end)
    }

    private var psql: String {
        "psql '\(server.connectionString().replacing("'", with: #"'\''"#))'"
    }

    private var document: JSONValue {
        [
            "url": .string(server.url()), "conninfo": .string(server.connectionString()),
            "psql": .string(psql),
            "schema": .string(schema), "schema_version": .integer(Int64(MigrationStep.newestVersion)),
            "directory": .string(server.directory), "postgres_version": .string(server.version),
            "owner": .bool(server.ownsServer),
        ]
    }
}
