import LibPQ
import Testing

/// One run of a race: which statement comes next in either session, and what was answered.
struct RaceRun {
    let race: Race
    /// How the sessions' transactions end.
    let endings: [String]
    let stage: RaceStage
    let values: [String: String]
    private var done = [0, 0]
    /// Statements whose turn came while their session waited for a lock.
    private var owed = [0, 0]
    private var answers: [RaceSession.Outcome] = [.answered(""), .answered("")]

    private var calls: [Race.Call] { [race.first, race.second] }

    init(_ race: Race, _ endings: [String], on stage: RaceStage) async throws {
        self.race = race
        self.endings = endings
        self.stage = stage
        values = try await stage.setUp(race)
    }

    /// Gives turns to the sessions in order; each has three, for its `begin`, its call and its end.
    mutating func play(_ order: [Int]) async throws {
        for index in order {
            owed[index] += 1
            try await catchUp(first: index)
        }
    }

    /// Lets everybody finish.
    mutating func finish() async throws {
        for index in 0...1 { owed[index] = 3 - done[index] }
        let deadline = ContinuousClock.now + .seconds(600)
        while owed != [0, 0] {
            try await catchUp(first: 0)
            try #require(ContinuousClock.now < deadline, "both sessions wait")
        }
        for session in stage.sessions { _ = try await session.outcome() }
    }

    private mutating func catchUp(first: Int) async throws {
        var index = first
        var idle = 0
        while idle < 2 {
            try await stage.sessions[index].settle()
            if owed[index] > 0, !stage.sessions[index].isWaiting {
                owed[index] -= 1
                try await step(index)
                idle = 0
            } else {
                idle += 1
            }
            index = 1 - index
        }
    }

    private mutating func step(_ index: Int) async throws {
        let session = stage.sessions[index]
        switch done[index] {
        case 0: try await session.start("begin")
        case 1: try await session.start(RaceStage.fill(calls[index].sql, values))
        default:
            answers[index] = try await session.outcome()
            try await session.start(endings[index])
        }
        done[index] += 1
    }

    // MARK: - Judging

    /// What was left; what was rolled back was never answered.
    func result() async throws -> RaceStage.Result {
        let counted = zip(answers, endings).map { $1 == "commit" ? $0 : .answered("") }
        return try await stage.result(race, counted, values)
    }

    /// Whether rows and answers are those of a serial order, if need be after the calls that skipped something were repeated.
    mutating func matches(_ serial: [RaceStage.Result]) async throws -> Bool {
        if answers.contains(.refused("40P01")) { return false }
        if try await Self.matches(result(), serial, repeated: []) { return true }
        let repeated = (0...1).filter { index in
            endings[index] == "commit"
                && (calls[index].isRepeated || Self.asksToRepeat(answers[index])
                    || calls[index].isRepeatedForNothing && answers[index] == .answered(""))
        }
        for index in repeated {
            try await stage.sessions[index].start(RaceStage.fill(calls[index].sql, values))
            answers[index] = try await stage.sessions[index].outcome()
        }
        return try await Self.matches(result(), serial, repeated: repeated)
    }

    /// The order is judged line by line: every operation of a batch may have its own.
    private static func matches(
        _ result: RaceStage.Result,
        _ serial: [RaceStage.Result],
        repeated: [Int]
    ) -> Bool {
        let candidates = serial.filter { $0.state == result.state }
        func line(_ number: Int, _ result: RaceStage.Result, _ session: Int) -> Substring? {
            guard case .answered(let text) = result.answers[session] else { return nil }
            let lines = text.split(separator: "\n")
            return lines.indices.contains(number) ? lines[number] : nil
        }
        return !candidates.isEmpty
            && (0..<2).allSatisfy { number in
                candidates.contains { expected in
                    (0...1).allSatisfy { session in
                        repeated.contains(session)
                            || refusal(expected.answers[session]) == refusal(result.answers[session])
                                && line(number, expected, session) == line(number, result, session)
                    }
                }
            }
    }

    private static func refusal(_ answer: RaceSession.Outcome) -> String? {
        if case .refused(let state) = answer { state } else { nil }
    }

    /// Busy, or changed at the same moment: the caller is told to call again.
    private static func asksToRepeat(_ answer: RaceSession.Outcome) -> Bool {
        switch answer {
        case .answered(let text): text.contains("|busy")
        case .refused(let state): state == "40001"
        }
    }
}
