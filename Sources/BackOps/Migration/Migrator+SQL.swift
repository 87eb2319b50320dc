extension Migrator {
    /// Writes the steps as one script for `psql`, for those who let a DBA run it.
    ///
    /// - Parameters:
    ///   - schema: The schema's name.
    ///   - version: The version that the database has; the steps behind it are written. 0 creates the schema.
    /// - Returns: A script that is one transaction.
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidConfiguration`` for a name that cannot be a schema's.
    public static func sql(schema: String = "backops", from version: Int = 0) throws(BackOpsError) -> String {
        let schema = try SchemaName(schema)
        var script = "begin;\n" + liftLimits + refuseEncoding
        script += "select pg_advisory_xact_lock(hashtextextended('backops/migrate/\(schema.text)', 0));\n\n"
        if version == 0 { script += createSchema(schema) }
        script += "set local search_path = \(schema.quoted), pg_temp;\n\n"
        if version == 0 { script += createTable }
        for migration in Migration.all where migration.version > version {
            script += """
                -- \(migration.version): \(migration.name)

                \(migration.up)
                insert into migrations (version, name, checksum)
                values (\(migration.version), '\(migration.name)', encode(sha256(convert_to($migration$\(migration.up)$migration$, 'UTF8')), 'hex'));


                """
        }
        return script + applyPrivileges + liftRowSecurity + "commit;\n"
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
