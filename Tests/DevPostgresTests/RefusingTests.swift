import DevPostgres
import Foundation
import Testing

@Suite(.timeLimit(.minutes(10))) struct `Refusing to start` {
    private func failure(_ settings: DevPostgres.Settings) async throws -> DevPostgresError {
        do {
            let server = try await DevPostgres.start(settings)
            try await server.stop()
        } catch let error as DevPostgresError {
            return error
        }
        throw UnexpectedSuccess()
    }

    private struct UnexpectedSuccess: Error {}

    @Test func `the server's own words are in the error`() async throws {
        let error = try await failure(.init(serverSettings: ["shared_buffers": "plenty"]))
        #expect(error.code == .startFailed)
        #expect(error.log?.contains("shared_buffers") == true)
        #expect(error.description.contains("\n    "))
    }

    @Test func `a failed start leaves no folder behind`() async throws {
        let prefix = "backops-pg-\(getpid())-"
        let before = try FileManager.default.contentsOfDirectory(atPath: NSTemporaryDirectory())
        let error = try await failure(.init(serverSettings: ["no_such_setting": "1"]))
        let after = try FileManager.default.contentsOfDirectory(atPath: NSTemporaryDirectory())
        #expect(error.code == .startFailed)
        let path = try #require(error.message.split(separator: " ").first { $0.contains(prefix) })
        let name = path.split(separator: "/").last.map { String($0.prefix { $0 != "." }) } ?? ""
        #expect(!before.contains(name) && !after.contains(name))
    }

    @Test func `a folder with something else in it is left alone`() async throws {
        try await withTestFolder { folder in
            try "mine".write(toFile: "\(folder)/notes", atomically: true, encoding: .utf8)
            let error = try await failure(.init(directory: folder))
            #expect(error.code == .directoryUnusable)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["notes"])
        }
    }

    @Test func `a file is not a folder`() async throws {
        try await withTestFolder { folder in
            try "mine".write(toFile: "\(folder)/file", atomically: true, encoding: .utf8)
            #expect(try await failure(.init(directory: "\(folder)/file")).code == .directoryUnusable)
            #expect(try await failure(.init(directory: "\(folder)/file/db")).code == .directoryUnusable)
        }
    }

    @Test(.enabled(if: geteuid() == 0)) func `a folder that root's server cannot reach is named`()
        async throws
    {
        try await withTestFolder { folder in
            let closed = "\(folder)/closed"
            try FileManager.default.createDirectory(
                atPath: closed,
                withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700]
            )
            let error = try await failure(.init(directory: "\(closed)/db"))
            #expect(error.code == .directoryUnusable)
            #expect(error.message.contains("\(closed) is closed to the user"))
        }
    }

    @Test func `data of another major version is named`() async throws {
        try await withTestFolder { folder in
            let settings = DevPostgres.Settings(directory: "\(folder)/db")
            try await withDevPostgres(settings) { _ in }
            try "9\n".write(toFile: "\(folder)/db/data/PG_VERSION", atomically: true, encoding: .utf8)
            let error = try await failure(settings)
            #expect(error.code == .directoryUnusable)
            #expect(error.message.contains("was made by PostgreSQL 9"))
        }
    }

    @Test func `a cancelled start leaves no server`() async throws {
        try await withTestFolder { folder in
            let settings = DevPostgres.Settings(directory: "\(folder)/db")
            let task = Task {
                try await Task { try await DevPostgres.start(settings) }.value.stop()
                return try await DevPostgres.start(settings)
            }
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
            try await withDevPostgres(settings) { server in
                #expect(server.ownsServer)
            }
        }
    }
}
