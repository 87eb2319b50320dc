import DevPostgres
import Foundation
import Testing

@Suite(.timeLimit(.minutes(10))) struct `Sharing a server` {
    @Test func `a second start in the same folder joins the first`() async throws {
        try await withTestFolder { folder in
            let settings = DevPostgres.Settings(directory: "\(folder)/db")
            try await withDevPostgres(settings) { owner in
                let guest = try await DevPostgres.start(settings)
                #expect(owner.ownsServer && !guest.ownsServer)
                #expect(guest.postmasterPID == owner.postmasterPID)
                #expect(guest.connectionString() == owner.connectionString())
                guest.kill()
                try await guest.stop()
                #expect(owner.isRunning && guest.isRunning)
                #expect(try await owner.psql("select 1") == "1")
                let error = await #expect(throws: DevPostgresError.self) { try await guest.restart() }
                #expect(error?.code == .notOwner)
            }
        }
    }

    @Test func `two processes share a server, and only its owner stops it`() async throws {
        try await withTestFolder { folder in
            let directory = "\(folder)/db"
            try await withDevPostgres(.init(directory: directory)) { owner async throws in
                try await HostProcess.run(directory: directory) { host in
                    #expect(!host.ownsServer)
                    #expect(host.postmasterPID == owner.postmasterPID)
                }
                #expect(try await owner.psql("select 1") == "1")
            }
        }
    }

    @Test func `of several starts at once exactly one owns the server`() async throws {
        try await withTestFolder { folder in
            let settings = DevPostgres.Settings(directory: "\(folder)/db")
            let servers = try await withThrowingTaskGroup(of: DevPostgres.self) { group in
                for _ in 1...5 { group.addTask { try await DevPostgres.start(settings) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(servers.filter(\.ownsServer).count == 1)
            #expect(Set(servers.map(\.postmasterPID)).count == 1)
            for server in servers { #expect(try await server.psql("select 1") == "1") }
            for server in servers { try await server.stop() }
            #expect(servers.allSatisfy { !$0.isRunning })
        }
    }
}
