import DevPostgres
import Foundation
import Testing

@Suite(.timeLimit(.minutes(10))) struct `Dying with the parent` {
    @Test func `a killed parent takes its throw-away server and folder along`() async throws {
        try await HostProcess.run(directory: nil) { host in
            #expect(try await psql(host.connection, "select 1") == "1")
            try host.kill()
            #expect(try await eventually { !isAlive(host.postmasterPID) })
            #expect(try await eventually { !FileManager.default.fileExists(atPath: host.directory) })
        }
    }

    @Test func `the next start waits for a dying server and owns its own`() async throws {
        try await withTestFolder { folder in
            let directory = "\(folder)/db"
            try await HostProcess.run(directory: directory) { host in
                _ = try await psql(host.connection, "create table kept as select 1 as number")
                try host.kill()
                try await withDevPostgres(.init(directory: directory)) { server async throws in
                    #expect(server.ownsServer)
                    #expect(server.postmasterPID != host.postmasterPID)
                    #expect(try await server.psql("select * from kept") == "1")
                }
            }
        }
    }

    @Test func `a parent that ends properly stops its server`() async throws {
        nonisolated(unsafe) var postmasterPID: Int32 = 0
        try await HostProcess.run(directory: nil) { host in
            postmasterPID = host.postmasterPID
            #expect(isAlive(postmasterPID))
        }
        #expect(!isAlive(postmasterPID))
    }

    @Test func `a server that nobody holds any more ends`() async throws {
        var server: DevPostgres? = try await DevPostgres.start()
        let postmasterPID = try #require(server?.postmasterPID)
        let directory = try #require(server?.directory)
        server = nil
        #expect(try await eventually { !isAlive(postmasterPID) })
        #expect(try await eventually { !FileManager.default.fileExists(atPath: directory) })
    }

    @Test func `folders of dead processes are removed by the next start`() async throws {
        // The highest number Linux gives to a process is one less.
        let unique = UUID().uuidString.prefix(8)
        let leftover = NSTemporaryDirectory() + "backops-pg-4194304-\(unique)"
        let foreign = NSTemporaryDirectory() + "backops-pg-\(unique)"
        try await withTestFolder { folder in
            for path in [leftover, foreign] {
                // Moved, because a start in a parallel test may remove it while it is being made.
                try FileManager.default.createDirectory(
                    atPath: folder + "/new/data",
                    withIntermediateDirectories: true
                )
                try FileManager.default.moveItem(atPath: folder + "/new", toPath: path)
            }
        }
        try await withDevPostgres { _ in }
        #expect(!FileManager.default.fileExists(atPath: leftover))
        #expect(FileManager.default.fileExists(atPath: foreign))
        try FileManager.default.removeItem(atPath: foreign)
    }
}
