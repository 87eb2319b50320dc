extension Migrator {
    /// Writes what ``up(to:createsRoles:)`` does as one script for `psql`, for those who let a DBA run it.
    ///
    /// - Parameters:
    ///   - schema: The schema's name.
    ///   - version: The version that the database has; the steps after it are written, then all functions and views. 0 creates the
    ///     schema.
    ///   - rebuildsEngine: Whether functions and views are dropped first, and their grants kept: for a change that PostgreSQL cannot
    ///     make in place, which it refuses with SQLSTATE 42P13 or 42P16.
    /// - Returns: A script that is one transaction, unless a step must run outside of one.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidConfiguration`` for a name that cannot be a schema's.
    public static func sql(
        schema: String = "backops",
        from version: Int = 0,
        rebuildsEngine: Bool = false
    ) throws(BackOpsError) -> String {
        script(
            try SchemaName(schema),
            MigrationStep.all,
            .current,
            from: version,
            rebuildsEngine: rebuildsEngine
        )
    }

    /// The script of any steps and text.
    package static func script(
        _ schema: SchemaName,
        _ steps: [MigrationStep],
        _ engine: EngineText,
        from version: Int,
        rebuildsEngine: Bool = false
    ) -> String {
        let begin = """
            begin;
            \(liftLimits)select pg_advisory_xact_lock(hashtextextended('backops/migrate/\(schema.text)', 0));


            """
        let setSearchPath = "set local search_path = \(schema.quoted), pg_temp;\n\n"
        var script = begin + refuseEncoding
        if version == 0 { script += createSchema(schema) }
        script += setSearchPath
        if version == 0 { script += createTable }
        for migration in steps where migration.version > version {
            script += "-- \(migration.version): \(migration.name)\n\n"
            if migration.isOutsideTransaction {
                script +=
                    "commit;\nset search_path = \(schema.quoted), pg_temp;\n\n\(migration.up)\n\(begin)\(setSearchPath)"
            } else {
                script += "\(migration.up)\n"
            }
            script += """
                insert into migrations (version, name, checksum)
                values (\(migration.version), '\(migration.name)', encode(sha256(convert_to($migration$\(migration.up)$migration$, 'UTF8')), 'hex'));


                """
        }
        if rebuildsEngine { script += EngineText.keepGrants + engine.remove }
        script += engine.apply
        if rebuildsEngine { script += EngineText.restoreGrants }
        return script + "select apply_privileges();\nselect lift_row_security();\ncommit;\n"
    }

    private static let refuseEncoding = """
        do $$
        begin
          if current_setting('server_encoding') <> 'UTF8' then
            raise exception using
              message = format('the database %s has the encoding %s, but BackOps needs UTF8', current_database(), current_setting('server_encoding')),
              hint = 'Create a new one: CREATE DATABASE name ENCODING ''UTF8'' TEMPLATE template0';
          end if;
        end
        $$;

        """
}
