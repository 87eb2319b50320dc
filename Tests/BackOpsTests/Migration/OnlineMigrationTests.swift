import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import DevPostgres
import LibPQ
import Subprocess
import Synchronization
import TestSupport
import Testing

#if canImport(System)
import System
#else
import SystemPackage
#endif

@Suite(.backops(isolation: .database), .timeLimit(.minutes(10))) struct `Migrating a database that is in use`
{
    private let database = TestDatabase.current

    private final class Waits: Sendable {
        let names = Mutex<[String]>([])
    }

    private func migrator(adding step: String, down: String) -> Migrator {
        let version = MigrationStep.newestVersion + 1
        let added = MigrationStep(version: version, name: "added", up: step, down: down)
        return Migrator(database.database, steps: MigrationStep.all + [added], engine: .current)
    }

    @Test func `lets go of everything when a lock does not come, and says who holds it`() async throws {
        let migrator = migrator(
            adding: "alter table operations add column extra integer;\n",
            down: "alter table operations drop column extra;\n"
        )
        let waits = Waits()
        try await database.withConnection { other in
            try await other.script("set application_name = 'report'; begin; select from operations")
            let pid = try #require(
                try await other.query("select pg_backend_pid()").first?.decode(0, as: Int32.self)
            )
            async let upgrade = migrator.bringUp { holders in waits.names.withLock { $0 += holders } }
            while waits.names.withLock({ $0.isEmpty }) { try await Task.sleep(for: .milliseconds(10)) }
            #expect(
                waits.names.withLock {
                    $0[0].hasPrefix("pid \(pid) (postgres, report), in a transaction for ")
                }
            )
            // Whoever comes meanwhile does not queue behind the migration for longer than it waits.
            _ = try await database.query("insert into operations (name) values ('Errand')")
            try await other.script("commit")
            #expect(try await upgrade.steps.map(\.name) == ["added"])
        }
        try await migrator.down(to: MigrationStep.newestVersion)
        try await Migrator(database.database).up()
    }

    @Test func `takes a step outside of a transaction, so that an index is built beside what goes on`()
        async throws
    {
        let migrator = migrator(
            adding: """
                -- no transaction
                drop index concurrently if exists operations_created_at_idx;
                create index concurrently operations_created_at_idx on operations (created_at);

                """,
            down: "drop index operations_created_at_idx;\n"
        )
        try await database.withConnection { other in
            // A writer whose transaction is older than the index keeps it from becoming valid, and is not kept from anything.
            try await other.script("begin; insert into operations (name) values ('Errand')")
            async let first = migrator.up()
            async let second = migrator.up()
            try await eventually("the index is being built") {
                try await database.value("select count(*) from pg_stat_progress_create_index", as: Int.self)
                    > 0
            }
            _ = try await database.query("insert into operations (name) values ('Errand')")
            try await other.script("insert into operations (name) values ('Errand'); commit")
            #expect(try await [first, second].map(\.count).sorted() == [0, 1])
        }
        #expect(try await migrator.status().isCurrent)
        #expect(
            try await database.value(
                "select indisvalid from pg_index where indexrelid = 'operations_created_at_idx'::regclass",
                as: Bool.self
            )
        )
        try await migrator.down(to: MigrationStep.newestVersion)
        try await Migrator(database.database).up()
    }

    @Test func `leaves a step that failed outside of a transaction to the next try`() async throws {
        let text = """
            -- no transaction
            create index concurrently if not exists operations_tags_idx on operations (tags);
            create unique index concurrently operations_queue_idx on operations (queue);

            """
        let migrator = migrator(adding: text, down: "drop index operations_tags_idx;\n")
        try await database.query("insert into operations (name) values ('Errand'), ('Errand')")
        await expectRefusal("23505") { try await migrator.up() }
        #expect(try await migrator.status().pending.map(\.name) == ["added"])
        try await database.script("drop index operations_queue_idx; delete from operations where id = 2")
        #expect(try await migrator.up().map(\.name) == ["added"])
        try await database.script("drop index operations_queue_idx")
        try await migrator.down(to: MigrationStep.newestVersion)
        try await Migrator(database.database).up()
    }

    @Test(.enabled(if: psql != nil, "psql is not installed"))
    func `by a script commits before a step that is outside of a transaction, and goes on after it`()
        async throws
    {
        let migrator = migrator(
            adding:
                "-- no transaction\ncreate index concurrently operations_tags_idx on operations (tags);\n",
            down: "drop index operations_tags_idx;\n"
        )
        let script = Migrator.script(
            database.database.schema,
            migrator.steps,
            migrator.engine,
            from: MigrationStep.newestVersion
        )
        let result = try await Subprocess.run(
            .path(FilePath(try #require(Self.psql))),
            arguments: ["--no-psqlrc", "--set=ON_ERROR_STOP=1", "--quiet", database.directConninfo],
            input: .string(script),
            output: .discarded,
            error: .string(limit: 100_000)
        )
        try #require(result.terminationStatus.isSuccess, "\(result.standardError)")
        #expect(try await migrator.status().isCurrent)
        try await migrator.down(to: MigrationStep.newestVersion)
        try await Migrator(database.database).up()
    }

    private static var psql: String? { (try? PostgresPrograms.find(minimumMajor: 15))?.path(of: "psql") }
}
