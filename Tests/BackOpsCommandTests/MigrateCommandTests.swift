import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@Suite(.backops) struct `The command migrate` {
    /// A schema that does not exist yet; it is removed afterwards.
    private func withNewSchema(_ body: (String) async throws -> Void) async throws {
        let name = TestDatabase.current.schema + "_new"
        let result: Result<Void, any Error>
        do { result = .success(try await body(name)) } catch { result = .failure(error) }
        try await TestDatabase.current.script("drop schema if exists \(name) cascade")
        try result.get()
    }

    @Test func `sets up the tables, and does nothing the second time`() async throws {
        try await withNewSchema { schema in
            let first = try await Shell.backops(["migrate", "up", "--schema", schema, "--json"])
            #expect(first.code == 0)
            let json = try first.json()
            #expect(json["version"]?.integerValue == Int64(MigrationStep.newestVersion))
            #expect(json["steps"]?.arrayValue?.count == MigrationStep.newestVersion)
            let second = try await Shell.backops(["migrate", "--schema", schema])
            #expect(second.code == 0)
            #expect(second.output.hasPrefix("nothing to do"))
        }
    }

    @Test func `may be started twice at once`() async throws {
        try await withNewSchema { schema in
            async let one = Shell.backops(["migrate", "--schema", schema, "--json"])
            async let other = Shell.backops(["migrate", "--schema", schema, "--json"])
            let both = try await [one, other]
            #expect(both.allSatisfy { $0.code == 0 })
            let steps = try both.map { try $0.json()["steps"]?.arrayValue?.count ?? -1 }
            #expect(steps.sorted() == [0, MigrationStep.newestVersion])
        }
    }

    @Test func `status --check fails while steps are pending`() async throws {
        try await withNewSchema { schema in
            let missing = try await Shell.backops(["migrate", "status", "--check", "--schema", schema])
            #expect(missing.code == 3)
            #expect(missing.messages.contains("migrate up"))
            _ = try await Shell.backops(["migrate", "up", "--to", "2", "--schema", schema])
            let part = try await Shell.backops(["migrate", "status", "--check", "--json", "--schema", schema])
            #expect(part.code == 3)
            #expect(try part.json()["version"]?.integerValue == 2)
            #expect(try part.json()["current"]?.boolValue == false)
            #expect(try await Shell.backops(["migrate", "status", "--schema", schema]).code == 0)
        }
        #expect(try await Shell.backops(["migrate", "status", "--check"]).code == 0)
    }

    @Test func `status names functions that were changed by hand, and up puts them back`() async throws {
        try await withNewSchema { schema in
            _ = try await Shell.backops(["migrate", "--schema", schema])
            try await TestDatabase.current.script("drop view \(schema).stuck")
            let status = try await Shell.backops(["migrate", "status", "--check", "--schema", schema])
            #expect(status.code == 3)
            #expect(
                status.messages.contains(
                    "somebody has changed or dropped view stuck. Run `backops migrate up`"
                )
            )
            let health = try await Shell.backops(["health", "--schema", schema])
            #expect(health.code == 78 && health.messages.contains("view stuck"))
            let json = try await Shell.backops(["migrate", "status", "--json", "--schema", schema]).json()
            #expect(json["engine"] == ["state": "edited", "objects": ["view stuck"]])
            let up = try await Shell.backops(["migrate", "--schema", schema])
            #expect(up.output.hasPrefix("replaced: functions and views\n0 applied"))
            #expect(try await Shell.backops(["migrate", "status", "--check", "--schema", schema]).code == 0)
        }
    }

    @Test func `down needs --yes where nobody can answer`() async throws {
        try await withNewSchema { schema in
            _ = try await Shell.backops(["migrate", "--schema", schema])
            let refused = try await Shell.backops(["migrate", "down", "--to", "0", "--schema", schema])
            #expect(refused.code == 64)
            #expect(refused.messages.contains("--yes"))
            #expect(try await Shell.backops(["migrate", "status", "--check", "--schema", schema]).code == 0)
            let done = try await Shell.backops(["migrate", "down", "--to", "0", "--yes", "--schema", schema])
            #expect(done.code == 0)
            let exists = try await TestDatabase.current.value(
                "select to_regnamespace(\(schema)) is not null",
                as: Bool.self
            )
            #expect(!exists)
        }
    }

    @Test func `up creates the roles where it is asked to`() async throws {
        let database = TestDatabase.current
        let roles = ["approver", "enqueue", "operator", "reader", "worker"].map { "\(database.schema)_\($0)" }
        let result = try await Shell.backops(["migrate", "up", "--with-roles"])
        let again = try await Shell.backops(["migrate", "up", "--with-roles", "--json"])
        let found = try await database.query(
            "select rolname::text from pg_roles where rolname = any (\(roles)) order by 1"
        )
        for role in found { try await database.script("drop owned by \(role.decode(0, as: String.self))") }
        for role in found { try await database.script("drop role \(role.decode(0, as: String.self))") }
        #expect(result.code == 0, "\(result.messages)")
        #expect(
            result.output.hasPrefix(roles.map { "created the role \($0)\n" }.joined()),
            "\(result.output)"
        )
        #expect(!result.output.contains("nothing to do") && result.output.contains("0 applied"))
        #expect(try again.json()["roles"] == [] && again.json()["steps"] == [])
        #expect(try found.map { try $0.decode(0, as: String.self) } == roles)
    }

    @Test func `sql prints a script without connecting`() async throws {
        let script = try await Shell.backops(["migrate", "sql", "-d", "host=127.0.0.1 port=1"])
        #expect(script.code == 0)
        #expect(script.output.hasPrefix("begin;"))
        #expect(script.output.contains("create table operations ("))
        #expect(script.output.contains("create or replace function enqueue("))
        let rest = try await Shell.backops(["migrate", "sql", "--from", "\(MigrationStep.newestVersion)"])
        #expect(!rest.output.contains("create table"))
        #expect(rest.output.contains("create or replace function enqueue("))
        #expect(!rest.output.contains("kept_grants"))
        #expect(try await Shell.backops(["migrate", "sql", "--rebuild"]).output.contains("kept_grants"))
        #expect(try await Shell.backops(["migrate", "sql", "--from", "99"]).code == 64)
    }

    @Test func `up refuses a database that is newer`() async throws {
        try await TestDatabase.current.script(
            "insert into migrations (version, name, checksum) values (999, 'later', 'x')"
        )
        let newer = try await Shell.backops(["migrate", "up"])
        #expect(newer.code == 78)
        #expect(newer.messages.contains("999"))
        #expect(try await Shell.backops(["migrate", "down", "--to", "1", "--yes"]).code == 78)
        #expect(try await Shell.backops(["migrate", "status", "--check"]).code == 3)
    }

    @Test func `whatever else there is goes on with a database that is newer, and says so where it is asked`()
        async throws
    {
        _ = try await Shell.backops(["enqueue", "Greeting"])
        try await TestDatabase.current.script(
            "insert into migrations (version, name, checksum) values (99, 'later', 'x')"
        )
        let worker = try await Shell.application(["work", "--drain"])
        #expect(worker.code == 0 && worker.messages.contains("the database is newer than this worker"))
        #expect(try await Shell.backops(["list", "-q", "--state", "completed"]).output == "1\n")
        for arguments in [["show", "1"], ["health"], ["queues"], ["rerun", "1"]] {
            #expect(try await Shell.backops(arguments).code == 0, "\(arguments)")
        }
        let status = try await Shell.backops(["migrate", "status"])
        #expect(status.code == 0 && status.messages.contains("newer than this program"))
        let doctor = try await Shell.backops(["doctor", "--json"]).json()
        let schema = doctor["findings"]?.arrayValue?.first { $0["check"] == "schema" }
        #expect(schema?["level"] == "warning", "\(doctor)")
    }

    @Test func `nothing but a migration goes on with a database that is too old`() async throws {
        let old = TestDatabase.current.schema + "_old"
        #expect(try await Shell.backops(["migrate", "up", "--to", "3", "--schema", old]).code == 0)
        for arguments in [
            ["list"], ["show", "1"], ["explain", "1"], ["queues"], ["retry", "1"], ["health"], ["failures"],
            ["audit"], ["limits"], ["limit", "a", "1"], ["rates"],
            ["timeline", "1"], ["logs", "1"], ["watch", "1"], ["workers"],
        ] {
            let refused = try await Shell.backops(arguments + ["--schema", old])
            #expect(refused.code == 78, "\(arguments) \(refused.code ?? -1) \(refused.messages)")
            #expect(refused.messages.contains("migrate up"))
        }
        let worker = try await Shell.application(["work", "--drain", "--schema", old])
        #expect(worker.code == 78, "\(worker.messages)")
        #expect(
            try await Shell.backops(["migrate", "down", "--to", "0", "--yes", "--schema", old]).code == 0
        )
    }
}
