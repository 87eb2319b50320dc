import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

/// What a DBA sets for the role that migrates, steers and prunes.
@Suite(.backops(isolation: .database), .timeLimit(.minutes(10))) struct `A role's limits` {
    private let database = TestDatabase.current

    /// The test's database, for a role that has a setting.
    private func limited(_ setting: String, _ value: String) throws -> BackOpsDatabase {
        var limited = try BackOpsDatabase(database.directConninfo)
        limited.options.settings[setting] = value
        return limited
    }

    /// An event trigger writes down what holds while the steps are taken.
    @Test func `do not hold for the steps of a migration, and lock_timeout is a second`() async throws {
        try await Migrator(BackOpsDatabase(database.directConninfo)).down(to: 0)
        try await database.script(
            """
            create table public.limits (name text, value text);
            create function public.note_limits() returns event_trigger language plpgsql as $$
            begin
              insert into public.limits select name, current_setting(name) from pg_settings where name ~ '^(statement|lock|transaction|idle_in.*)_timeout$';
            end $$;
            create event trigger note_limits on ddl_command_end execute function public.note_limits();
            """
        )
        let names = try await database.query(
            "select name from pg_settings where name ~ '^(statement|lock|transaction|idle_in.*)_timeout$' order by name"
        ).map { try $0.decode(0, as: String.self) }
        #expect(names.count >= 3)
        var limited = try BackOpsDatabase(database.directConninfo)
        for name in names { limited.options.settings[name] = "1h" }
        try await Migrator(limited).up()
        let rows = try await database.query(
            "select distinct name || ' ' || value from public.limits order by 1"
        )
        let seen = try rows.map { try $0.decode(0, as: String.self) }
        #expect(seen == names.map { $0 == "lock_timeout" ? "\($0) 1s" : "\($0) 0" })
        try await database.script(
            "drop event trigger note_limits; drop function public.note_limits(); drop table public.limits"
        )
    }

    @Test func `do not end the script for psql`() async throws {
        #expect(try Migrator.sql().hasPrefix("begin;\nset local statement_timeout = 0;\n"))
    }

    @Test func `do not end the wait for another migration, however short lock_timeout is`() async throws {
        let migrator = Migrator(try limited("lock_timeout", "10ms"))
        try await database.withConnection { other in
            try await other.script(
                "begin; select pg_advisory_xact_lock(hashtextextended('backops/migrate/backops', 0))"
            )
            async let waiting = migrator.up()
            // It has tried, and tries again.
            try await eventually(
                "select sum(xact_rollback) > 3 from pg_stat_database where datname = current_database()"
            )
            try await other.script("commit")
            #expect(try await waiting.isEmpty)
        }
    }

    @Test func `that a table's lock takes too long is said with the setting's name, and nothing is changed`()
        async throws
    {
        try await Migrator(BackOpsDatabase(database.directConninfo)).down(to: 7)
        var migrator = Migrator(try limited("lock_timeout", "10ms"))
        migrator.lockPatience = .zero
        try await database.withConnection { other in
            try await other.script("begin; lock table operations, workers, jobs in access share mode")
            let error = await #expect(throws: PQError.self) { try await migrator.down(to: 0) }
            #expect(error?.description.contains("The limit is the setting lock_timeout of this role") == true)
            try await other.script("commit")
        }
        let rest = Migrator(try BackOpsDatabase(database.directConninfo))
        #expect(try await rest.status().version == 7)
        try await rest.up()
    }

    /// Tables that somebody has locked take as long as very large ones.
    @Test func `that end steering, pruning or a check are named`() async throws {
        let limited = try limited("statement_timeout", "50ms")
        let client = BackOpsClient(limited)
        try await database.withConnection { other in
            try await other.script("begin; lock table operations, actions, attempts, jobs")
            let calls: [@Sendable () async throws -> Void] = [
                { _ = try await client.invariants() },
                { _ = try await client.prune(Retention(.seconds(1))) },
                { _ = try await client.pool.query("select * from backops.retry_where(name => 'Flow')") },
            ]
            for call in calls {
                let error = await #expect(throws: (any Error).self) { try await call() }
                #expect("\(error as Any)".contains("setting statement_timeout of this role"))
            }
            let findings = await Doctor(limited).examine().findings
            let finding = try #require(findings.first { $0.check == "invariants" })
            #expect(finding.level == .warning)
            #expect(finding.advice?.contains("setting statement_timeout of this role") == true)
            #expect(findings.contains { $0.check == "connections" })
            try await other.script("rollback")
        }
        await client.close()
    }

    private func eventually(_ condition: SQLStatement) async throws {
        while try await !database.value(condition, as: Bool.self) { await Task.yield() }
    }
}
