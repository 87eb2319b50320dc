import Glibc
import LibPQ
import Testing

@Suite(.server, .timeLimit(.minutes(5))) struct `The client's encoding` {
    /// A role of its own, for which somebody has set another encoding.
    @Test func `is UTF-8, whatever the connection string, its options and the role say`() async throws {
        let role = uniqueName("latin")
        try await withConnection { admin async throws in
            try await admin.script(
                "create role \(role) superuser login; alter role \(role) set client_encoding = 'LATIN1'"
            )
            for conninfo in [
                "\(TestServer.conninfo) user=\(role)",
                "\(TestServer.conninfo) user=\(role) client_encoding=SQL_ASCII options='-c client_encoding=LATIN1'",
            ] where !TestServer.conninfo.contains("://") {
                try await withConnection(PQOptions(conninfo)) { connection async throws in
                    let row = try await connection.query(
                        "select current_user::text, current_setting('client_encoding'), '日本'::text"
                    )[0]
                    #expect(try row.decode(as: String.self, String.self, String.self) == (role, "UTF8", "日本"))
                }
            }
            try await admin.script("drop role \(role)")
        }
    }

    @Test func `is UTF-8 whatever PGCLIENTENCODING says`() async throws {
        await #expect(processExitsWith: .success) {
            setenv("PGCLIENTENCODING", "LATIN1", 1)
            try await TestServer.start()
            try await withConnection { connection async throws in
                let row = try await connection.query("select current_setting('client_encoding')")[0]
                let encoding = try row.decode(0, as: String.self)
                precondition(encoding == "UTF8")
            }
        }
    }
}
