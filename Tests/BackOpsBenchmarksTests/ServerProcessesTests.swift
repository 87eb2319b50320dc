#if os(Linux)
import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

@testable import BackOpsBenchmarks

@Suite(.backops) struct `The processor time of a server` {
    /// /proc counts in hundredths of a second, for each process.
    private static let tolerance = 0.05

    private func processes() async throws -> ServerProcesses? {
        let row = try await TestDatabase.current.pool.query(
            "select pg_backend_pid(), current_database(), inet_server_addr() is null"
        )[0]
        let (pid, database, isLocal) = try row.decode(as: Int32.self, String.self, Bool.self)
        return isLocal ? ServerProcesses(backend: pid, database: database) : nil
    }

    @Test func `counts what a session has used once, while it lives and when it has ended`() async throws {
        guard let processes = try await processes() else { return }
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
        guard let processes = try await processes() else { return }
        #expect(ServerProcesses(backend: processes.postmaster, database: "backops_bench_x") == nil)
        #expect(ServerProcesses(backend: 1, database: "backops_bench_x") == nil)
    }
}
#endif
