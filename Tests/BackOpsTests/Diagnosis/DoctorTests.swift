import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

/// A database each, because sessions, settings and statistics are seen by database.
@Suite(.backops(isolation: .database, checksInvariants: false), .timeLimit(.minutes(10)))
struct `The doctor` {
    private let database = TestDatabase.current

    /// Past any pooler, about which the doctor would have a word to say.
    private let direct: BackOpsDatabase

    init() throws {
        direct = try BackOpsDatabase(TestDatabase.current.directConninfo)
    }

    /// What the doctor finds, without what is said of the durability of the tests' server, which has none.
    private func examine(
        as role: String? = nil,
        _ adjust: (inout DiagnosisLimits) -> Void = { _ in }
    ) async -> [Diagnosis.Finding] {
        var limits = DiagnosisLimits()
        // Whoever runs these tests may be slow; that is no illness here.
        limits.roundTrip = .seconds(3600)
        limits.clockDifference = .seconds(3600)
        limits.unclaimedJob = .init(warning: .seconds(3600), failure: .seconds(3600))
        adjust(&limits)
        var place = direct
        if let role { place.options.settings["role"] = role }
        return await Doctor(place, limits: limits).examine().findings.filter { $0.check != "durability" }
    }

    /// Expects that nothing is worse than fine but one check, and returns what it found.
    private func only(
        _ check: String,
        _ level: Diagnosis.Level,
        in findings: [Diagnosis.Finding],
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> String {
        let ill = findings.filter { $0.level > .fine }
        #expect(Set(ill.map(\.check)) == [check], "\(ill)", sourceLocation: sourceLocation)
        #expect(ill.map(\.level).max() == level, "\(ill)", sourceLocation: sourceLocation)
        #expect(ill.allSatisfy { $0.advice?.isEmpty == false }, sourceLocation: sourceLocation)
        return ill.map(\.found).joined(separator: "\n")
    }

    @Test func `finds nothing wrong where all is well, and says so for every check`() async throws {
        let engine = try await EngineDriver.start()
        try await engine.enqueue()
        try await engine.drain()
        let findings = await examine()
        #expect(findings.allSatisfy { $0.level == .fine && $0.advice == nil })
        #expect(
            findings.map(\.check) == [
                "connection", "server", "pooler", "clock", "listen", "schema", "rights", "invariants",
                "triggers",
                "workers",
                "versions",
                "names", "unclaimed", "approvals", "limits", "schedules", "snapshots", "prepared", "slots",
                "vacuum",
                "connections",
                "notifications",
                "transaction-numbers", "role",
            ]
        )
    }

    @Test func `tells of a server that does not answer, without the password`() async throws {
        let dead = try BackOpsDatabase("postgresql://somebody:s3cr3t@127.0.0.1:1/nowhere")
        let diagnosis = await Doctor(dead).examine()
        #expect(diagnosis.level == .failure)
        #expect(diagnosis.findings.map(\.check) == ["connection"])
        #expect(!"\(diagnosis)".contains("s3cr3t"))
    }

    @Test func `tells of a slow answer, and of clocks that differ`() async throws {
        _ = try await EngineDriver.start()
        #expect(
            only("connection", .warning, in: await examine { $0.roundTrip = .zero }).contains("answers in")
        )
        let clock = await examine { $0.clockDifference = .seconds(-10) }
        #expect(only("clock", .warning, in: clock).contains("this host's"))
    }

    // MARK: - Schema

    @Test(arguments: [0, 5]) func `tells of a schema that is missing or behind, and asks no more of it`(
        version: Int
    ) async throws {
        try await Migrator(database.database).down(to: version)
        let findings = await examine()
        let found = only("schema", .failure, in: findings)
        #expect(
            found.contains(
                version == 0
                    ? "there is no schema"
                    : "at version 5, but this program needs version \(MigrationStep.newestVersion)"
            )
        )
        #expect(!findings.contains { $0.check == "workers" })
    }

    @Test func `tells of a schema that is newer, with which workers go on`() async throws {
        _ = try await EngineDriver.start()
        try await database.query(
            "insert into migrations (version, name, checksum) values (999, 'later', 'x')"
        )
        #expect(only("schema", .warning, in: await examine()).contains("at version 999"))
    }

    @Test func `tells of a step that was taken with another text`() async throws {
        _ = try await EngineDriver.start()
        try await database.query("update migrations set checksum = 'x' where version = 2")
        #expect(only("schema", .failure, in: await examine()).contains("step 2 (plans)"))
    }

    @Test func `tells of a function that somebody has changed`() async throws {
        _ = try await EngineDriver.start()
        try await database.query("alter function next_due(bigint) rename to next_due_is_gone")
        #expect(
            only("schema", .failure, in: await examine()).contains(
                "changed or dropped function next_due(bigint)"
            )
        )
    }

    @Test func `shows violations of invariants, and counts those that it does not show`() async throws {
        let engine = try await EngineDriver.start()
        try await engine.enqueue(5)
        try await engine.query("delete from jobs")
        let findings = await examine { $0.shownViolations = 2 }
        let found = only("invariants", .failure, in: findings)
        #expect(found.split(separator: "\n").count == 3)
        #expect(
            found.contains("active_means_one_job: operation 1") && found.hasSuffix("3 further violations")
        )
    }

    @Test func `tells of triggers of somebody's own on the engine's tables`() async throws {
        _ = try await EngineDriver.start()
        try await database.script(
            """
            create function public.remember() returns trigger language plpgsql as 'begin return null; end';
            create trigger remember after update on operations for each row execute function public.remember()
            """
        )
        #expect(only("triggers", .warning, in: await examine()).unquoted.hasSuffix("remember on operations"))
    }

    @Test func `tells of row level security, as its owner and as somebody who sees nothing`() async throws {
        _ = try await EngineDriver.start()
        try await database.script("alter table migrations enable row level security")
        #expect(
            only("invariants", .failure, in: await examine()).unquoted.contains(
                "row level security is on for table migrations"
            )
        )
        let role = "doctor_\(UInt32.random(in: 0...(.max)))"
        try await database.script(
            "create role \(role); grant usage on schema backops to \(role); grant select on all tables in schema backops to \(role)"
        )
        let findings = await examine(as: role)
        #expect(
            findings.contains { $0.check == "schema" && $0.found.contains("Row level security hides rows") }
        )
        try await database.script("drop owned by \(role); drop role \(role)")
    }

    @Test func `tells what a role may not do or see, and goes on`() async throws {
        let role = "doctor_\(UInt32.random(in: 0...(.max)))"
        try await database.script("create role \(role)")
        let stranger = await examine(as: role)
        #expect(
            stranger.contains {
                $0.check == "schema" && $0.level == .warning && $0.found.contains("may not look")
            }
        )
        #expect(stranger.contains { $0.check == "rights" && $0.level == .failure })
        try await database.script(
            "grant usage on schema backops to \(role); grant select on all tables in schema backops to \(role)"
        )
        let reader = await examine(as: role)
        let rights = try #require(reader.first { $0.check == "rights" })
        #expect(rights.level == .warning && rights.found.contains("jobs (delete, insert, update)"))
        #expect(reader.contains { $0.check == "workers" && $0.found.contains("no worker is alive") })
        let hidden = try #require(reader.first { $0.check == "snapshots" })
        #expect(hidden.level == .warning && hidden.found.contains("cannot be seen"))
        try await database.script("drop owned by \(role); drop role \(role)")
    }

    // MARK: - Workers and jobs

    @Test
    func `tells of dead workers: a warning while others live, a failure when their jobs wait for nobody`()
        async throws
    {
        let engine = try await EngineDriver.start()
        let victim = try await EngineDriver.start()
        try await engine.enqueue()
        _ = try await victim.claimOne()
        try await engine.query(
            "update workers set lease = '15 s', heartbeat_at = now() - interval '55 s' where id = \(victim.worker)"
        )
        let one = only("workers", .warning, in: await examine())
        #expect(one.contains("test pid 1 ended 4") && one.contains("it holds 1 job"))
        try await engine.query("select unregister_worker(\(engine.worker))")
        #expect(
            only("workers", .failure, in: await examine()).contains("no worker is alive, and nothing is due")
        )
    }

    @Test func `tells of a worker that knows only an older version of the schema`() async throws {
        let engine = try await EngineDriver.start()
        try await engine.query("update workers set schema_version = (select max(version) from migrations)")
        #expect(await examine().filter { $0.check == "versions" }.map(\.level) == [.fine])
        try await engine.query("update workers set schema_version = schema_version - 1")
        let found = only("versions", .warning, in: await examine())
        #expect(found.contains("test pid 1 knows only an older version of the schema"))
    }

    @Test func `tells of workers of different versions`() async throws {
        let engine = try await EngineDriver.start()
        _ = try await EngineDriver.start()
        try await engine.query("update workers set version = '1.2' where id = \(engine.worker)")
        let found = only("versions", .warning, in: await examine())
        #expect(found.contains("no version (1 worker), 1.2 (1 worker)"))
    }

    @Test func `tells of parked operations, and of jobs that no living worker knows, with what was meant`()
        async throws
    {
        let engine = try await EngineDriver.start(name: "Fulfilment")
        try await engine.enqueue("Fullfilment")
        #expect(
            only("names", .warning, in: await examine()).contains(
                #"1 operation "Fullfilment" is parked"#
            )
        )
        #expect(
            only("names", .warning, in: await examine()).contains(
                #"no worker has registered "Fullfilment"; did you mean "Fulfilment"?"#
            )
        )
        try await engine.query("select cancel(array_agg(id)) from operations")
        try await engine.query("select enqueue('Fulfilment', queue => 'slow')")
        let findings = await examine()
        let found = only("names", .warning, in: findings)
        #expect(found.contains(#"1 job for "Fulfilment/A" waits in queue "slow""#))
        try await engine.query(
            #"insert into operations (name, branches) values ('X', '{"main": ["Fulfilmemt"]}')"#
        )
        let advice = await examine().compactMap(\.advice)
        #expect(advice.contains("Start a worker that knows it and serves that queue."))
    }

    // Hours apart, because a slow machine is no reason for another finding.
    @Test(arguments: [(5, Diagnosis.Level.fine), (7_200, .warning), (36_000, .failure)])
    func `tells of due jobs that nobody takes though a worker knows them`(
        seconds: Int,
        level: Diagnosis.Level
    ) async throws {
        let engine = try await EngineDriver.start()
        try await engine.query(
            "select enqueue('Flow', perform_at => now() - \(Duration.seconds(seconds))::interval)"
        )
        let findings = await examine {
            $0.unclaimedJob.warning = .seconds(3600)
            $0.unclaimedJob.failure = .seconds(18_000)
        }
        let unclaimed = findings.filter { $0.check == "unclaimed" }
        #expect(unclaimed.map(\.level) == [level])
        #expect(
            level == .fine || unclaimed[0].found.contains(#"1 job for "Flow/A" waits in queue "default""#)
        )
    }

    // MARK: - The server

    @Test func `names who keeps a snapshot, with what it does`() async throws {
        _ = try await EngineDriver.start()
        try await database.withConnection { connection in
            try await connection.script("begin isolation level repeatable read")
            try await connection.query("select 1 as snapshot_holder")
            let warned = await examine { $0.snapshotAge = .init(warning: .zero, failure: .seconds(3600)) }
            let found = only("snapshots", .warning, in: warned)
            #expect(found.contains("pid \(connection.backendPID)") && found.contains("snapshot_holder"))
            let failed = await examine { $0.snapshotAge = .init(warning: .zero, failure: .zero) }
            _ = only("snapshots", .failure, in: failed)
            #expect(await examine().allSatisfy { $0.level == .fine })
        }
    }

    @Test func `tells of dead rows that are not removed, and of an autovacuum that is switched off`()
        async throws
    {
        let engine = try await EngineDriver.start()
        try await engine.query("alter table workers set (autovacuum_enabled = false)")
        #expect(only("vacuum", .failure, in: await examine()).contains("switched off for workers"))
        try await engine.query("alter table workers reset (autovacuum_enabled)")
        try await engine.query(
            """
            insert into attempts (operation_id, position, run, attempt, outcome, ended_at)
              select 1, 1, 1, 1, 'failed', now() from generate_series(1, 12000)
            """
        )
        try await database.withConnection { connection in
            // Autovacuum may come between, and must leave them.
            try await connection.script("begin isolation level repeatable read")
            try await connection.query("select count(*) from attempts")
            try await engine.query("delete from attempts")
            try await engine.query("select pg_stat_force_next_flush()")
            let found = only("vacuum", .failure, in: await examine())
            #expect(found.contains("attempts has 12000 dead rows beside 0 live ones"))
        }
    }

    @Test func `tells of what is about to run out`() async throws {
        _ = try await EngineDriver.start()
        let limit = DiagnosisLimits.Limit(warning: -1.0, failure: 2.0)
        #expect(
            only("connections", .warning, in: await examine { $0.connections = limit }).contains("are in use")
        )
        _ = only("notifications", .warning, in: await examine { $0.notificationQueue = limit })
        _ = only("transaction-numbers", .warning, in: await examine { $0.transactionNumbers = limit })
    }

    @Test(arguments: [
        ("statement_timeout = '5s'", Diagnosis.Level.warning, "cancelled after 5s"),
        ("default_transaction_isolation = 'serializable'", .warning, "serializable by default"),
        ("default_transaction_read_only = on", .failure, "can only read"),
    ]) func `tells of settings that get in the way`(
        setting: String,
        level: Diagnosis.Level,
        words: String
    ) async throws {
        _ = try await EngineDriver.start()
        let name: String = try await database.value("select current_database()::text")
        try await database.script("alter database \(name) set \(setting)")
        #expect(only("role", level, in: await examine()).contains(words))
    }
}
