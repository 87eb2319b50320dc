import DevPostgres
import Foundation
import Testing

@Suite(.timeLimit(.minutes(10))) struct `Caching a new cluster` {
    @Test func `several starts at once make one template, and all servers run`() async throws {
        try await withTestFolder { folder in
            let cache = "\(folder)/cache"
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...4 {
                    group.addTask {
                        let settings = DevPostgres.Settings(
                            directory: "\(folder)/db\(number)",
                            cacheDirectory: cache
                        )
                        try await withDevPostgres(settings) { server async throws in
                            #expect(try await server.psql("select \(number)") == "\(number)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: cache).sorted()
            #expect(names.count == 2)
            #expect(names.last?.hasSuffix(".lock") == true)
        }
    }

    @Test func `a broken template is not used`() async throws {
        try await withTestFolder { folder in
            let cache = "\(folder)/cache"
            try await withDevPostgres(.init(cacheDirectory: cache)) { _ in }
            let name = try #require(FileManager.default.contentsOfDirectory(atPath: cache).min())
            try FileManager.default.removeItem(atPath: "\(cache)/\(name)/PG_VERSION")
            try await withDevPostgres(.init(cacheDirectory: cache)) { server async throws in
                #expect(try await server.psql("select 1") == "1")
            }
        }
    }

    @Test func `a cache that cannot be used is no obstacle`() async throws {
        try await withDevPostgres(.init(cacheDirectory: "/dev/null/cache")) { server async throws in
            #expect(try await server.psql("select 1") == "1")
        }
    }
}
