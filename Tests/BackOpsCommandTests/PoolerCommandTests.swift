import BackOps
import BackOpsTesting
import DevPostgres
import LibPQ
import Testing

@testable import BackOpsCommand

@Suite struct `A command behind a pooler` {
    @Test(.enabled(if: PgBouncer.program != nil, "PgBouncer is not installed."))
    func `does without prepared statements, and listens past it`() async throws {
        let program = try #require(PgBouncer.program)
        try await withDevPostgres { server async throws in
            let pooler = try await PgBouncer.start(program, before: server, poolSize: 1)
            let pooled = ["--database", pooler.connectionString(), "--no-prepared-statements"]
            for arguments in [
                ["migrate", "up"], ["migrate", "status", "--check"], ["enqueue", "Greeting"],
            ] {
                let finished = try await Shell.run("backops", arguments + pooled)
                #expect(finished.code == 0, "\(finished.messages)")
            }
            for listening in [["--listen-database", server.connectionString()], ["--no-listen"]] {
                let worked = try await Shell.run(
                    "BackOpsCommandTestApplication",
                    ["work", "--drain"] + pooled + listening
                )
                #expect(worked.code == 0, "\(worked.messages)")
            }
            let done = try await Shell.run("backops", ["list", "-q", "--state", "completed"] + pooled)
            #expect(done.output == "1\n", "\(done.messages)")
        }
    }

    @Test(arguments: ["42P05", "26000"])
    func `says what to do about prepared statements that others have made`(state: String) {
        let error = PQError(.server, "prepared statement", sqlState: SQLState(state))
        #expect(Problem(error)?.advice?.contains("--no-prepared-statements") == true)
    }
}
