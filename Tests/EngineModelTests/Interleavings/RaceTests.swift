import BackOpsTesting
import BackOpsTestingTraits
import LibPQ
import Testing

/// Pairs of calls that can race, in every order of their statements.
///
/// In every run others: half of the pairs, and a quarter of them also where one of the two rolls back, and stopped in the middle of a function.
///
/// Afterwards rows and answers are those of one of the two serial orders. A call that skipped a locked row says so, or is one
/// that is repeated all the time: then its repetition must lead there.
@Suite(.backops, .timeLimit(.minutes(10))) struct `Two sessions at once` {
    /// How the sessions' transactions end.
    private static let endings = [["commit", "commit"]] + rollbacks
    private static let rollbacks = [["rollback", "commit"], ["commit", "rollback"]]

    /// All orders of the call and the end of one session and those of another.
    ///
    /// A `begin`, which sees nothing and locks nothing, goes with the call after it.
    private static let orders: [[Int]] = (0..<16).map { bits in (0..<4).map { bits >> $0 & 1 } }
        .filter { $0.reduce(0, +) == 2 }
        .map { turns in
            turns.indices.flatMap { index in
                turns[..<index].contains(turns[index]) ? [turns[index]] : [turns[index], turns[index]]
            }
        }

    @Test(arguments: Sampling.every(3, of: Race.all))
    func `leave what one of the serial orders leaves`(race: Race) async throws {
        try await playEveryOrder(of: race, ending: [["commit", "commit"]])
    }

    @Test(arguments: Sampling.every(6, of: Race.all.filter(\.isSerial)))
    func `leave it also when one rolls back`(race: Race) async throws {
        try await playEveryOrder(of: race, ending: Self.rollbacks)
    }

    private func playEveryOrder(of race: Race, ending allEndings: [[String]]) async throws {
        let stage = try await RaceStage.open(TestDatabase.current)
        for endings in allEndings {
            let serial = try await serialResults(of: race, endings, stage)
            for order in Self.orders {
                var run = try await RaceRun(race, endings, on: stage)
                try await run.play(order)
                try await judge(&run, serial, "\(endings) in the order \(order)")
            }
        }
        await stage.close()
    }

    @Test(arguments: Sampling.every(6, of: Race.all.filter(\.isSerial)))
    func `leave it also when one is stopped inside its function`(race: Race) async throws {
        let stage = try await RaceStage.open(TestDatabase.current)
        for endings in Self.endings {
            let serial = try await serialResults(of: race, endings, stage)
            for table in RaceStage.pauses(race) {
                for stopped in 0...1 {
                    var run = try await RaceRun(race, endings, on: stage)
                    try await stage.pause(stopped, before: table)
                    try await run.play([stopped, stopped, 1 - stopped, 1 - stopped])
                    try await stage.release()
                    try await judge(
                        &run,
                        serial,
                        "\(endings), session \(stopped + 1) stopped before \(table)"
                    )
                }
            }
        }
        await stage.close()
    }

    private func serialResults(
        of race: Race,
        _ endings: [String],
        _ stage: RaceStage
    ) async throws -> [RaceStage.Result] {
        var results: [RaceStage.Result] = []
        for order in [[0, 0, 0, 1, 1, 1], [1, 1, 1, 0, 0, 0]] {
            var run = try await RaceRun(race, endings, on: stage)
            try await run.play(order)
            try await run.finish()
            results.append(try await run.result())
        }
        return results
    }

    private func judge(_ run: inout RaceRun, _ serial: [RaceStage.Result], _ place: String) async throws {
        try await run.finish()
        if try await run.matches(serial) {
            let left =
                run.race.usesLimits || run.race.usesRates || run.race.usesQueueLimits
                    || run.race.usesFairQueues
                ? try await run.stage.leftInLine(run.race, run.values) : ""
            if !left.isEmpty { Issue.record("\(run.race.name): \(place): \(left)") }
            return
        }
        let result = try await run.result()
        Issue.record(
            """
            \(run.race.name): \(place) left what no serial order leaves
            \(result.answers)
            \(result.state)
            instead of
            \(serial.map { "\($0.answers)\n\($0.state)" }.joined(separator: "\nor\n"))
            """
        )
    }
}
