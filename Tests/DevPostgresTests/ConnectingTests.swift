import DevPostgres
import Foundation
import Testing

@Suite(.timeLimit(.minutes(10))) struct `Connecting to a private server` {
    /// Names that need quotes in a shell, in a connection string, in a URL, or in the server's own settings.
    @Test(arguments: ["/plain", "/with space", "/it's, a \"name\" \\ of %2F", "/größe"])
    func `strings and URLs lead into a folder of any name`(name: String) async throws {
        try await withTestFolder { folder in
            try await withDevPostgres(.init(directory: folder + name)) { server async throws in
                #expect(try await psql(server.connectionString(), "select 1") == "1")
                #expect(try await psql(server.url(), "select 1") == "1")
            }
        }
    }

    @Test func `a path that is too long for a socket is no obstacle`() async throws {
        try await withTestFolder { folder in
            let directory = folder + "/" + String(repeating: "long", count: 30)
            let server = try await DevPostgres.start(.init(directory: directory))
            #expect(server.directory == directory)
            #expect(server.socketDirectory.utf8.count < 90)
            #expect(try await server.psql("select 1") == "1")
            try await server.restart()
            #expect(try await server.psql("select 2") == "2")
            try await server.stop()
            #expect(!FileManager.default.fileExists(atPath: server.socketDirectory))
        }
    }

    @Test func `a port is listened on when asked for`() async throws {
        let port = 20_000 + Int.random(in: 0..<10_000)
        try await withDevPostgres(.init(port: port)) { server async throws in
            #expect(server.port == port)
            let address = "host=127.0.0.1 port=\(port) user=\(DevPostgres.user) dbname=postgres"
            #expect(try await psql(address, "select 1") == "1")
            #expect(try await server.psql("select 2") == "2")
        }
    }

    @Test func `values are quoted only where necessary`() {
        #expect(ConnectionText.quoted("/tmp/a-b_c.d") == "/tmp/a-b_c.d")
        #expect(ConnectionText.quoted("") == "''")
        #expect(ConnectionText.quoted(#"it's \ here"#) == #"'it\'s \\ here'"#)
        #expect(ConnectionText.percentEncoded("/tmp/a b\n") == "%2Ftmp%2Fa%20b%0A")
    }
}
