import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Testing

@Suite(.backops) struct `The exit code and the message` {
    @Test(arguments: [["list"], ["enqueue", "Fulfilment"], ["migrate", "up"], ["show", "1"]])
    func `of a dead port are 69, without the password`(arguments: [String]) async throws {
        let url = "postgresql://somebody:s3cr3t@127.0.0.1:1/nowhere"
        let dead = try await Shell.backops(arguments + ["--database", url])
        #expect(dead.code == 69, "\(dead.messages)")
        #expect(dead.output.isEmpty)
        #expect(!dead.messages.contains("s3cr3t"))
        #expect(dead.messages.contains("BACKOPS_DATABASE_URL"))
    }

    @Test(arguments: [
        "postgresql://u:s3cr3t@host/x?nonsense=1", "host=h password=s3cr3t nonsense", "password='s3cr3t",
    ])
    func `of a connection string that cannot be read are 64, without the password`(
        conninfo: String
    ) async throws {
        let bad = try await Shell.backops(["list"], variables: ["BACKOPS_DATABASE_URL": conninfo])
        #expect(bad.code == 64, "\(bad.messages)")
        #expect(!bad.messages.contains("s3cr3t"))
    }

    @Test func `of a missing schema are 78, and say what to run`() async throws {
        for arguments in [["list"], ["enqueue", "Fulfilment"], ["show", "1"], ["retry", "1"]] {
            let missing = try await Shell.backops(arguments + ["--schema", "not_there"])
            #expect(missing.code == 78, "\(missing.messages)")
            #expect(missing.messages.contains("migrate up"))
        }
        #expect(try await Shell.backops(["list", "--schema", "No Such"]).code == 64)
    }

    @Test func `of a role without rights are 77`() async throws {
        let test = TestDatabase.current
        let role = test.schema + "_guest"
        try await test.script("create role \(role) login password 'guest'")
        // A role of the session, which a pooler would refuse.
        let variables = [
            "BACKOPS_DATABASE_URL": test.directConninfo, "PGUSER": role, "PGPASSWORD": "guest",
            "PGOPTIONS": "-c role=\(role)",
        ]
        let results = try await [
            ["list"], ["enqueue", "Fulfilment"], ["show", "1"], ["migrate", "status"],
        ].asyncMap {
            try await Shell.backops($0, variables: variables)
        }
        try await test.script("drop role \(role)")
        for refused in results {
            #expect(refused.code == 77, "\(refused.messages)")
            #expect(refused.messages.contains("permission denied"))
        }
    }

    @Test func `of an unknown command suggest one`() async throws {
        let unknown = try await Shell.backops(["migrat"])
        #expect(unknown.code == 64)
        #expect(unknown.messages.contains("Did you mean `backops migrate`?"))
    }

    @Test func `of help and versions are 0, on standard output`() async throws {
        for arguments in [["--help"], ["enqueue", "--help"], ["help", "list"], ["--version"], ["version"]] {
            let shown = try await Shell.backops(arguments)
            #expect(shown.code == 0)
            #expect(!shown.output.isEmpty && shown.messages.isEmpty)
        }
        let json = try await Shell.backops(["version", "--json"]).json()
        #expect(json["schema_version"]?.integerValue == Int64(MigrationStep.newestVersion))
    }
}

extension Array {
    fileprivate func asyncMap<R>(_ transform: (Element) async throws -> R) async rethrows -> [R] {
        var results: [R] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
