import BackOps
import BackOpsTesting
import BackOpsTestingTraits
import Foundation
import LibPQ
import Testing

@testable import BackOpsCommand

@Suite(.backops) struct `The version of a worker` {
    /// Runs the program's worker until it is registered, and gives the version that it shows.
    private func version(of program: String) async throws -> String {
        try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask {
                _ = try await Shell.serve(program, ["work", "--grace", "1s"])
                return nil
            }
            group.addTask {
                while true {
                    let rows = try await TestDatabase.current.query("select version from workers")
                    if let row = rows.first { return try row.decode(0, as: String.self) }
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            defer { group.cancelAll() }
            return try #require(try await group.next() ?? nil)
        }
    }

    @Test(.timeLimit(.minutes(10))) func `is that of its build`() async throws {
        let version = try await version(of: "BackOpsCommandTestApplication")
        #expect(version.wholeMatch(of: #/build [0-9a-f]{8}/#) != nil, "\(version)")
    }

    @Test(.timeLimit(.minutes(10))) func `is what the application says`() async throws {
        let version = try await version(of: "BackOpsCommandTestShop")
        #expect(version == "1.4.0")
    }

    @Test func `is the identifier that the linker wrote into the file`() throws {
        var file = Data([0x7f, 0x45, 0x4c, 0x46, 2, 1]) + Data(count: 26)
        file += [64, 0, 0, 0, 0, 0, 0, 0] + Data(count: 14) + [56, 0, 1, 0] + Data(count: 6)
        // A segment of notes, of which the second is the one.
        file +=
            [4, 0, 0, 0, 0, 0, 0, 0, 120, 0, 0, 0, 0, 0, 0, 0] + Data(count: 16) + [44, 0, 0, 0, 0, 0, 0, 0]
            + Data(count: 16)
        #expect(file.count == 120)
        file += [4, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0] + "GNU\0".utf8 + [9, 9, 0, 0]
        file += [4, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0] + "GNU\0".utf8 + [0x0a, 0xbc, 0xde, 0]
        #expect(BuildIdentifier.read(file) == "0abcde")
        // Whatever is cut off or damaged has none, and ends nothing.
        for length in 0..<file.count - 1 { #expect(BuildIdentifier.read(file.prefix(length)) == nil) }
        for place in file.indices {
            var damaged = file
            damaged[place] = 0xff
            _ = BuildIdentifier.read(damaged)
        }
        #expect(BuildIdentifier.read(Data("#!/bin/sh".utf8)) == nil)
    }
}
