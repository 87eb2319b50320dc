import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import DevPostgres
import Testing

@Suite(.backops(checksInvariants: false)) struct `The command doctor` {
    @Test func `ends with 0 where nothing failed, warnings or not`() async throws {
        try await withDevPostgres(.init(durable: true)) { server in
            let place = ["--database", server.connectionString(), "--schema", "backops"]
            #expect(try await Shell.backops(["migrate", "up"] + place).code == 0)
            let doctor = try await Shell.backops(["doctor"] + place)
            #expect(doctor.code == 0, "\(doctor.output)")
            #expect(doctor.output.contains("! workers"))
            #expect(doctor.output.contains("→ Start one"))
            // A slow machine makes it warn of the time that an answer takes.
            #expect(try doctor.output.contains(Regex("\n0 failed, [12] to look at, (23|24) fine\n$")))
            let application = try await Shell.application(["doctor"] + place)
            #expect(application.code == 0)
        }
    }

    @Test func `is content with the server of backops dev, and says what it is`() async throws {
        let backops = try Shell.path(of: "backops")
        let doctor = try await Shell.backops(["dev", "--temporary", "--", backops, "doctor"])
        #expect(doctor.code == 0, "\(doctor.output)")
        #expect(
            doctor.output.contains("✓ durability")
                && doctor.output.contains("`backops dev` runs this server without fsync")
        )
        #expect(!doctor.output.contains("✗"))
        let durable = try await Shell.backops(["dev", "--temporary", "--durable", "--", backops, "doctor"])
        #expect(durable.output.contains("what is committed survives a crash"), "\(durable.output)")
    }

    @Test func `ends with 3 where something failed, and says what to do`() async throws {
        try await TestDatabase.current.script(
            "insert into operations (id, name) values (1, 'A'); delete from jobs"
        )
        let doctor = try await Shell.backops(["doctor"])
        #expect(doctor.code == 3)
        #expect(
            doctor.output.contains(
                "✗ invariants           active_means_one_job: operation 1: active, without a job"
            )
        )
        #expect(
            doctor.output.contains(
                "→ delete from \(TestDatabase.current.schema).jobs where operation_id = 1; insert into"
            )
        )
        #expect(doctor.messages.isEmpty)
    }

    @Test func `ends with 3 where nothing answers`() async throws {
        let dead = try await Shell.backops([
            "doctor", "-d", "postgresql://somebody:s3cr3t@127.0.0.1:1/nowhere",
        ])
        #expect(dead.code == 3)
        #expect(dead.output.hasPrefix("✗ connection  the database does not answer"))
        #expect(!dead.output.contains("s3cr3t"))
    }

    @Test func `prints one document with --json`() async throws {
        try await TestDatabase.current.script("insert into operations (id, name) values (1, 'A')")
        let json = try await Shell.backops(["doctor", "--json"]).json()
        #expect(["fine", "warning", "failure"].contains(json["level"]?.stringValue))
        let findings = try #require(json["findings"]?.arrayValue)
        let names = try #require(findings.first { $0["check"]?.stringValue == "names" })
        #expect(names["level"]?.stringValue == "warning")
        #expect(names["found"]?.stringValue?.contains(#"1 operation "A" is parked"#) == true)
        #expect(names["advice"]?.stringValue?.isEmpty == false)
        #expect(findings.first?["advice"] == .null)
    }

    @Test func `is in colours where they are asked for, and plain otherwise`() async throws {
        #expect(try await !Shell.backops(["doctor"]).output.contains("\u{1b}["))
        let coloured = try await Shell.backops(["doctor"], variables: ["FORCE_COLOR": "1"])
        #expect(coloured.output.contains("\u{1b}[32m✓\u{1b}[0m"))
        let plain = try await Shell.backops(["doctor"], variables: ["FORCE_COLOR": "1", "NO_COLOR": "1"])
        #expect(!plain.output.contains("\u{1b}["))
    }

    @Test func `documents every check in its help`() async throws {
        let help = try await Shell.backops(["doctor", "--help"])
        let checks = try await Shell.backops(["doctor", "--json"]).json()["findings"]?.arrayValue ?? []
        for check in checks.compactMap({ $0["check"]?.stringValue }) {
            #expect(help.output.contains(check), "\(check)")
        }
    }
}
