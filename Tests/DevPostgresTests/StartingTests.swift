import DevPostgres
import Foundation
import Testing

@Suite(.timeLimit(.minutes(10))) struct `Starting a private server` {
    @Test func `a throw-away server answers, and leaves nothing behind`() async throws {
        let server = try await DevPostgres.start()
        let pid = try #require(server.postmasterPID)
        #expect(try await server.psql("select 6 * 7") == "42")
        #expect(server.isRunning && server.ownsServer)
        try await server.stop()
        #expect(!server.isRunning)
        #expect(!isAlive(pid))
        #expect(!FileManager.default.fileExists(atPath: server.directory))
    }

    @Test func `stopping twice is the same as once`() async throws {
        let server = try await DevPostgres.start()
        try await server.stop(mode: .immediate)
        try await server.stop()
        await #expect(throws: DevPostgresError.self) { try await server.restart() }
    }

    @Test func `the server is stopped whatever the closure does`() async throws {
        struct Mishap: Error {}
        nonisolated(unsafe) var directory = ""
        await #expect(throws: Mishap.self) {
            try await withDevPostgres { server async throws in
                directory = server.directory
                throw Mishap()
            }
        }
        #expect(directory != "" && !FileManager.default.fileExists(atPath: directory))
    }

    @Test func `nobody but the server's user can reach the socket`() async throws {
        try await withDevPostgres { server async throws in
            let attributes = try FileManager.default.attributesOfItem(atPath: server.socketDirectory)
            #expect(attributes[.posixPermissions] as? Int == 0o700)
            #expect(try await server.psql("show listen_addresses") == "")
        }
    }

    @Test(.enabled(if: geteuid() == 0)) func `root's server runs as another user`() async throws {
        try await withDevPostgres { server async throws in
            let attributes = try FileManager.default.attributesOfItem(atPath: server.directory)
            let owner = try #require(attributes[.ownerAccountName] as? String)
            #expect(["postgres", "nobody"].contains(owner))
        }
    }

    @Test func `a private server is fast unless it is asked to be durable`() async throws {
        try await withDevPostgres { server async throws in
            #expect(try await server.psql("show fsync") == "off")
            #expect(try await server.psql("show synchronous_commit") == "on")
        }
        try await withDevPostgres(.init(durable: true)) { server async throws in
            #expect(try await server.psql("show fsync") == "on")
            #expect(try await server.psql("show full_page_writes") == "on")
        }
    }

    @Test func `given settings win`() async throws {
        let settings = DevPostgres.Settings(
            serverSettings: ["work_mem": "7MB", "wal_level": "logical", "max_wal_senders": "3"],
            maxConnections: 17
        )
        try await withDevPostgres(settings) { server async throws in
            #expect(try await server.psql("show work_mem") == "7MB")
            #expect(try await server.psql("show wal_level") == "logical")
            #expect(try await server.psql("show max_connections") == "17")
        }
    }

    @Test func `text is UTF-8, order is by bytes, time is UTC`() async throws {
        try await withDevPostgres { server async throws in
            #expect(try await server.psql("show server_encoding") == "UTF8")
            #expect(try await server.psql("show timezone").hasSuffix("UTC"))
            #expect(try await server.psql("select 'a' > 'B'") == "t")
        }
    }

    @Test func `databases are created and dropped`() async throws {
        try await withDevPostgres { server async throws in
            try await server.createDatabase("it's -- a \"name\"")
            try await server.createDatabase("copy", template: "it's -- a \"name\"")
            #expect(try await server.psql("select 1", database: "it's -- a \"name\"") == "1")
            try await server.dropDatabase("copy")
            try await server.dropDatabase("copy")
            let error = await #expect(throws: DevPostgresError.self) {
                try await server.createDatabase("other", template: "missing")
            }
            #expect(error?.code == .commandFailed)
            #expect(error?.log?.contains("missing") == true)
        }
    }
}
