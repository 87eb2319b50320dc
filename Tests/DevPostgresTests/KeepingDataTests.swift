import DevPostgres
import Foundation
import Testing

@Suite(.timeLimit(.minutes(10))) struct `Keeping data` {
    private let fill = "create table kept as select generate_series(1, 1000) as number"
    private let count = "select count(*) from kept"

    @Test(arguments: [DevPostgres.ShutdownMode.fast, .immediate])
    func `a restart keeps what was committed`(mode: DevPostgres.ShutdownMode) async throws {
        try await withDevPostgres { server async throws in
            let before = server.postmasterPID
            _ = try await server.psql(fill)
            try await server.restart(mode: mode)
            #expect(server.postmasterPID != before)
            #expect(try await server.psql(count) == "1000")
        }
    }

    @Test func `a killed server recovers every commit`() async throws {
        try await withDevPostgres { server async throws in
            for _ in 1...3 {
                _ = try await server.psql("drop table if exists kept")
                _ = try await server.psql(fill)
                server.kill()
                #expect(try await eventually { !server.isRunning })
                try await server.restart()
                #expect(try await server.psql(count) == "1000")
            }
        }
    }

    @Test func `a killed server recovers under another owner`() async throws {
        try await withTestFolder { folder in
            let settings = DevPostgres.Settings(directory: "\(folder)/db")
            let first = try await DevPostgres.start(settings)
            _ = try await first.psql(fill)
            first.kill()
            try await first.stop()
            try await withDevPostgres(settings) { second async throws in
                #expect(second.ownsServer)
                #expect(try await second.psql(count) == "1000")
            }
        }
    }

    @Test func `a folder is used again, with the settings of the new start`() async throws {
        try await withTestFolder { folder in
            var settings = DevPostgres.Settings(directory: "\(folder)/deep/er/db")
            try await withDevPostgres(settings) { _ = try await $0.psql(fill) }
            settings.maxConnections = 33
            try await withDevPostgres(settings) { server async throws in
                #expect(try await server.psql(count) == "1000")
                #expect(try await server.psql("show max_connections") == "33")
            }
        }
    }

    @Test func `the file of a dead server is no obstacle`() async throws {
        try await withTestFolder { folder in
            let settings = DevPostgres.Settings(directory: "\(folder)/db")
            let file = "\(folder)/db/data/postmaster.pid"
            let text = try await withDevPostgres(settings) { _ in
                try String(contentsOfFile: file, encoding: .utf8)
            }
            try leave(text, in: file)
            try await withDevPostgres(settings) { server async throws in
                #expect(try await server.psql("select 1") == "1")
            }
        }
    }

    @Test func `nor is one whose process number now belongs to another server`() async throws {
        try await withTestFolder { folder in
            let settings = DevPostgres.Settings(directory: "\(folder)/db")
            let file = "\(folder)/db/data/postmaster.pid"
            let text = try await withDevPostgres(settings) { _ in
                try String(contentsOfFile: file, encoding: .utf8)
            }
            try await withDevPostgres { other in
                var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                lines[0] = try "\(#require(other.postmasterPID))"
                try leave(lines.joined(separator: "\n"), in: file)
                try await withDevPostgres(settings) { server async throws in
                    #expect(server.ownsServer)
                    #expect(try await server.psql("select 1") == "1")
                }
            }
        }
    }

    /// Writes a file as the server's user would, who owns the folder.
    private func leave(_ text: String, in file: String) throws {
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        let folder = URL(filePath: file).deletingLastPathComponent().path
        let owner = try FileManager.default.attributesOfItem(atPath: folder)
        let names: [FileAttributeKey] = [.ownerAccountID, .groupOwnerAccountID]
        try FileManager.default.setAttributes(owner.filter { names.contains($0.key) }, ofItemAtPath: file)
    }
}
