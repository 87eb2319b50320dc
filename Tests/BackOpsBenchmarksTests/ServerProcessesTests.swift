#if os(Linux)
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@testable import BackOpsBenchmarks

@Suite(
    .backops,
    .enabled("only a private server is known to be on this machine") {
        try await TestServer.shared.dev != nil
    }
)
struct `The processor time of a server` {
    /// /proc counts in hundredths of a second, for each process.
    private static let tolerance = 0.05

    private func processes() async throws -> ServerProcesses {
        let row = try await TestDatabase.current.pool.query("select pg_backend_pid(), current_database()")[0]
        let (pid, database) = try row.decode(as: Int32.self, String.self)
        return try #require(ServerProcesses(backend: pid, database: database))
    }

    @Test func `counts what a session has used once, while it lives and when it has ended`() async throws {
        let processes = try await processes()
        var last = try #require(processes.seconds)
        let first = last
        for _ in 0..<10 {
            last = try await TestDatabase.current.withConnection { connection async throws in
                try await connection.query("select count(*) from generate_series(1, 1000000)")
                return try #require(processes.seconds)
            }
            // The postmaster takes note of the end within these looks.
            for _ in 0..<10 {
                let now = try #require(processes.seconds)
                #expect(now >= last - Self.tolerance)
                last = now
            }
        }
        #expect(last > first)
    }

    @Test func `is not that of a process that happens to have the number`() async throws {
        let processes = try await processes()
        #expect(ServerProcesses(backend: processes.postmaster, database: "backops_bench_x") == nil)
        #expect(ServerProcesses(backend: 1, database: "backops_bench_x") == nil)
    }
}
#endif
