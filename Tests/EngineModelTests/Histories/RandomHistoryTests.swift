import BackOpsTesting
import BackOpsTestingTraits
import EngineModel
import LibPQ
import Testing

/// The engine against the model: one history at a time, every row compared after every step.
@Suite(.timeLimit(.minutes(60))) struct `Random histories` {
    /// In several databases at once, so that every core has something to do.
    @Test func `run the same in the database as in the model`() async throws {
        let histories = RandomHistories(seed: RandomHistories.seed, count: RandomHistories.count)
        let report = try await withThrowingTaskGroup(of: RandomHistories.Report.self) { group in
            for part in histories.parts(4) { group.addTask { try await Self.run(part) } }
            return try await group.reduce(into: RandomHistories.Report()) { $0.add($1) }
        }
        let seen = report.seen.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)\n" }.joined()
        Attachment.record(
            "\(report.histories) histories from seed \(histories.seed), \(report.steps) steps\n\(seen)",
            named: "histories.txt"
        )
        if let disagreement = report.disagreement {
            Issue.record("\(disagreement)")
        } else {
            let unseen = Coverage.expected(of: histories.count).subtracting(report.seen.keys)
            #expect(unseen.isEmpty, "seed \(histories.seed) never came to: \(unseen.sorted())")
        }
    }

    private static func run(_ histories: RandomHistories) async throws -> RandomHistories.Report {
        try await withTestDatabase { database in
            let session = try await EngineSession.open(database)
            let report = try await histories.run(in: session)
            await session.connection.close()
            #expect(try await database.violations().isEmpty)
            return report
        }
    }

    @Test func `are shortened to the commands that matter`() {
        let history: History = (0..<40).map { ($0, .clock(seconds: $0)) }
        var runs = 0
        let short = shrink(history) { candidate in
            runs += 1
            return [3, 17, 18].allSatisfy { number in candidate.contains { $0.step == number } }
        }
        #expect(short.map(\.step) == [3, 17, 18])
        #expect(runs < 200)
    }

    @Test func `are the same for the same seed`() {
        func commands(_ seed: UInt64) -> [ModelCommand] {
            var generator = CommandGenerator(seed: seed)
            var model = EngineModel(.histories)
            var commands: [ModelCommand] = []
            while let command = generator.next(model, commands.count) {
                _ = model.knows(command) ? model.apply(command, step: commands.count) : nil
                commands.append(command)
            }
            return commands
        }
        #expect(commands(7) == commands(7))
        #expect(commands(7) != commands(8))
    }
}
