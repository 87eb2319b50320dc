import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

/// The test of the tests: each guarantee is taken out in a schema of its own, and histories must notice.
@Suite(.backops(checksInvariants: false), .timeLimit(.minutes(30))) struct `A broken guarantee` {
    @Test(arguments: Sampling.every(10, of: Mutant.all)) func `is found by random histories`(
        mutant: Mutant
    ) async throws {
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
