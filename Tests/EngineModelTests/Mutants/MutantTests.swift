import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The test of the tests: each guarantee is taken out in a schema of its own, and histories must notice.
@Suite(.backops(checksInvariants: false), .timeLimit(.minutes(10))) struct `A broken guarantee` {
    /// A fifth of them, other ones in every run; all of them with `BACKOPS_ALL_MUTANTS=1`.
    private static let mutants: [Mutant] = {
        guard ProcessInfo.processInfo.environment["BACKOPS_ALL_MUTANTS"] == nil else { return Mutant.all }
        let remainder = Int.random(in: 0..<5)
        return Mutant.all.enumerated().filter { $0.offset % 5 == remainder }.map(\.element)
    }()

    @Test(arguments: mutants) func `is found by random histories`(mutant: Mutant) async throws {
        let histories = RandomHistories(seed: RandomHistories.seed, count: 2_000)
        let session = try await EngineSession.open(TestDatabase.current)
        try await mutant.install(TestDatabase.current)
        let report = try await histories.run(in: session, shrinking: false)
        await session.connection.close()
        let found = "\(report.histories) histories, \(report.steps) steps, seed \(histories.seed)"
        Attachment.record(found, named: "\(mutant.fault).txt")
        #expect(report.disagreement != nil, "nothing was noticed in \(found)")
    }
}
