import DevPostgres
import Foundation
import LibPQ
import Testing

@Suite(.timeLimit(.minutes(5)), .enabled(if: TestServer.isPrivate))
struct `A server that has become a standby` {
    @Test func `loses its connections as soon as they write, and gets them back when it is promoted`()
        async throws
    {
        let settings = DevPostgres.Settings(serverSettings: ["wal_level": "replica", "max_wal_senders": "2"])
        try await withDevPostgres(settings) { server async throws in
            let pool = PQPool(PQOptions(server.connectionString()), size: 1)
            try await pool.query("create table t (id int)")
            #expect(
                FileManager.default.createFile(
                    atPath: "\(server.directory)/data/standby.signal",
                    contents: nil
                )
            )
            try await server.restart(mode: .immediate)
            _ = await errorOf { try await pool.query("select 1") }
            let reader = try await pool.query("select pg_backend_pid()")[0].decode(0, as: Int32.self)
            let error = await errorOf { try await pool.query("insert into t values (1)") }
            #expect(error?.code == .connectionLost)
            #expect(error?.sqlState == .readOnlyTransaction)
            #expect(error?.isTransient == true)
            // Another one, which may lead elsewhere.
            #expect(try await pool.query("select pg_backend_pid()")[0].decode(0, as: Int32.self) != reader)
            let inTransaction = await errorOf {
                try await pool.withTransaction { try await $0.execute("insert into t values (1)") }
            }
            #expect(inTransaction?.code == .connectionLost)
            let piped = await errorOf { try await pool.pipeline(["insert into t values (1)"]) }
            #expect(piped?.code == .connectionLost)

            // Whoever asks for a transaction that only reads is told what is wrong with it, and keeps the connection.
            try await pool.query("select pg_promote()")
            let refused = await errorOf {
                try await pool.withTransaction(readOnly: true) {
                    try await $0.execute("insert into t values (1)")
                }
            }
            #expect(refused?.code == .server)
            #expect(try await pool.query("insert into t values (1)").affectedRows == 1)
            await pool.close()
        }
    }
}
