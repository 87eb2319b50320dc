import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@Suite(.backops(isolation: .database), .timeLimit(.minutes(10))) struct `Migrating a database` {
    private let database = TestDatabase.current
    private var migrator: Migrator { Migrator(database.database) }
    private let newest = MigrationStep.newestVersion

    /// What a schema consists of, with its name taken out.
    private func objects(of schema: String) async throws -> [String] {
        try await database.query(
            """
            select regexp_replace(replace(line, '"', ''), '(backops|by_script)[.]?', '', 'g')
              from (
                select 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || coalesce(column_default, '') as line
                  from information_schema.columns where table_schema = \(schema)
                union all
                select 'function ' || p.oid::regprocedure || ' ' || prosrc || coalesce(pg_get_function_sqlbody(p.oid), '') || coalesce(proconfig::text, '')
                  from pg_proc p where pronamespace = \(schema)::regnamespace
                union all
                select 'index ' || indexdef from pg_indexes where schemaname = \(schema)
                union all
                select 'constraint ' || conname || ' ' || pg_get_constraintdef(oid)
                  from pg_constraint where connamespace = \(schema)::regnamespace
                union all
                select 'migration ' || version || name || checksum from \(identifier: schema).migrations
              ) as o
             order by 1
            """
        ).map { try $0.decode(0, as: String.self) }
    }

    @Test func `from nothing takes every step, and then there is nothing left to do`() async throws {
        #expect(try await migrator.down(to: 0).map(\.version) == Array((1...newest).reversed()))
        #expect(try await database.value("select to_regnamespace('backops') is null", as: Bool.self))
        #expect(try await migrator.status().pending.count == newest)
        #expect(try await migrator.up().map(\.version) == Array(1...newest))
        #expect(try await migrator.up().isEmpty)
        #expect(try await migrator.status().isCurrent)
    }

    @Test func `is done once by two processes that start at the same moment`() async throws {
        try await migrator.down(to: 0)
        let taken = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 { group.addTask { try await migrator.up().count } }
            return try await group.reduce(into: []) { $0.append($1) }.sorted()
        }
        #expect(taken == [0, 0, 0, newest])
        #expect(try await migrator.status().isCurrent)
    }

    @Test func `goes down and up again, step by step, to the same schema`() async throws {
        let before = try await objects(of: "backops")
        for version in (0..<newest).reversed() {
            #expect(try await migrator.down(to: version).map(\.version) == [version + 1])
        }
        for version in 1...newest { #expect(try await migrator.up(to: version).map(\.version) == [version]) }
        #expect(try await objects(of: "backops") == before)
    }

    @Test func `refuses a database that is newer than the program`() async throws {
        try await database.query(
            "insert into migrations (version, name, checksum) values (999, 'future', 'x')"
        )
        #expect(try await migrator.status().isNewerThanLibrary)
        for attempt in 0..<2 {
            let error = await #expect(throws: BackOpsError.self) {
                if attempt == 0 { try await migrator.up() } else { try await migrator.down(to: 0) }
            }
            #expect(error?.code == .schemaTooNew)
            #expect(
                error?.message.contains(
                    "is at version 999, but this program knows versions up to \(newest) only"
                ) == true
            )
        }
    }

    @Test func `refuses a step that was taken with another text, and says what to do`() async throws {
        try await database.query("update migrations set checksum = 'x' where version = 2")
        let status = try await migrator.status()
        #expect(status.steps.filter(\.isModified).map(\.version) == [2])
        #expect(!status.isCurrent && status.pending.isEmpty)
        let error = await #expect(throws: BackOpsError.self) { try await migrator.up() }
        #expect(error?.code == .schemaModified)
        #expect(
            error?.message.contains("Step 2 (plans) of the schema backops was taken with another text")
                == true
        )
        let worker = try BackOpsWorker(database.database) { Errand() }
        let refusal = await #expect(throws: BackOpsError.self) { try await worker.drain() }
        #expect(refusal?.message == error?.message)
    }

    @Test func `by the script gives the same schema as by the program`() async throws {
        try await database.script(Migrator.sql(schema: "by_script"))
        let other = try BackOpsDatabase("", schema: "by_script")
        #expect(other.schemaName == "by_script")
        let (script, program) = try await (objects(of: "by_script"), objects(of: "backops"))
        #expect(script.difference(from: program).isEmpty)
    }

    @Test func `by the script goes on from any version`() async throws {
        let before = try await objects(of: "backops")
        try await migrator.down(to: 3)
        try await database.script(Migrator.sql(from: 3))
        #expect(try await objects(of: "backops") == before)
        #expect(try await migrator.status().isCurrent)
    }

    @Test func `leaves the database as it was when a step fails`() async throws {
        try await migrator.down(to: 3)
        try await database.script("create table workers (in_the_way integer)")
        await expectRefusal("42P07") { try await migrator.up() }
        #expect(try await migrator.status().version == 3)
        try await database.script("drop table workers")
        #expect(try await migrator.up().count == newest - 3)
    }

    @Test func `does not go back past approvals while there are any, and says what to delete`() async throws {
        let plan = #"{"main": [["ask", {"approval": "refund"}], "Pay"]}"#
        try await database.script(
            """
            select register_definition('Refund', '\(plan)'), register_definition('Other', '{"main": ["A"]}');
            insert into operations (name) values ('Refund'), ('Refund'), ('Other');
            select decide(1, 'refund', 'approved')
            """
        )
        let error = await expectRefusal("OP003") { try await migrator.down(to: 10) }
        #expect(try await migrator.status().version >= 11)
        try await database.script(try #require(error?.hint))
        #expect(try await migrator.down(to: 10).last?.version == 11)
        let left: [String] = try await database.query("select name from backops.operations").map {
            try $0.decode(0)
        }
        #expect(left == ["Other"])
    }

    @Test func `does not remove a schema that holds somebody's own tables`() async throws {
        try await database.script("create table mine (id integer)")
        await expectRefusal("2BP01") { try await migrator.down(to: 0) }
        #expect(try await migrator.status().isCurrent)
    }

    @Test func `needs no superuser`() async throws {
        let role = try await database.value("select current_database()::text", as: String.self) + "_owner"
        let grant = "execute format('grant create on database %I to \(role)', current_database())"
        try await database.withConnection { connection in
            try await connection.script(
                "create role \(role); do $$ begin \(grant); end $$; set session authorization \(role)"
            )
            try await connection.script(Migrator.sql(schema: "owned"))
            try await connection.script("set search_path = owned")
            try await connection.query(#"select register_definition('Flow', '{"main": ["A"]}')"#)
            try await connection.query("select enqueue('Flow')")
            try await connection.script(
                "reset session authorization; drop owned by \(role) cascade; drop role \(role)"
            )
        }
    }

    @Test(arguments: [
        "", "Upper", "1st", "pg_mine", "with space", "quote\"", String(repeating: "x", count: 41), "größe",
        "a;b",
    ])
    func `refuses names that cannot be a schema's`(name: String) async throws {
        let error = #expect(throws: BackOpsError.self) { try BackOpsDatabase("", schema: name) }
        #expect(error?.code == .invalidConfiguration)
        #expect(throws: BackOpsError.self) { try Migrator.sql(schema: name) }
    }
}
