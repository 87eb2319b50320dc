import BackOps
import DevPostgres
import LibPQ
import Testing

/// What concerns a whole server needs one of its own.
@Suite(.timeLimit(.minutes(10))) struct `The doctor of a server` {
    private func findings(
        _ server: DevPostgres,
        _ limits: DiagnosisLimits = DiagnosisLimits()
    ) async throws -> [String: Diagnosis.Finding] {
        let database = try BackOpsDatabase(server.connectionString())
        let findings = await Doctor(database, limits: limits).examine().findings
        return Dictionary(findings.map { ($0.check, $0) }) { $1.level > $0.level ? $1 : $0 }
    }

    private func script(_ server: DevPostgres, _ text: String) async throws {
        let connection = try await PQConnection.connect(PQOptions(server.connectionString()))
        try await connection.script(text)
        await connection.close()
    }

    @Test func `tells of prepared transactions, replication slots, and settings that lose data`() async throws
    {
        let settings = DevPostgres.Settings(
            serverSettings: [
                "max_prepared_transactions": "2", "wal_level": "replica", "max_replication_slots": "2",
            ]
        )
        try await withDevPostgres(settings) { server in
            let healthy = try await findings(server)
            #expect(healthy["prepared"]?.level == .fine && healthy["slots"]?.level == .fine)
            #expect(healthy["durability"]?.level == .failure)

            try await script(server, "begin; create table t (); prepare transaction 'forgotten'")
            try await script(server, "select pg_create_physical_replication_slot('unread', true)")
            var limits = DiagnosisLimits()
            limits.snapshotAge = .init(warning: .zero, failure: .seconds(3600))
            let ill = try await findings(server, limits)
            #expect(ill["prepared"]?.level == .warning)
            #expect(ill["prepared"]?.found.contains("'forgotten'") == true)
            #expect(ill["slots"]?.level == .warning)
            #expect(ill["slots"]?.found.contains(#""unread""#) == true)
        }
    }

    @Test func `warns where only the last commits can be lost, and is content where none can`() async throws {
        try await withDevPostgres(.init(durable: true)) { server in
            #expect(try await findings(server)["durability"]?.level == .fine)
            try await script(server, "alter role current_user set synchronous_commit = off")
            #expect(try await findings(server)["durability"]?.level == .warning)
        }
    }
}
