import EngineModel
import LibPQ

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Many histories of one seed, until one disagrees.
struct RandomHistories: Sendable {
    /// What a run found.
    struct Report: Sendable {
        var histories = 0
        var steps = 0
        var seen: [String: Int] = [:]
        /// The seed, the shrunk history and the difference of the one that disagreed.
        var disagreement: String?

        /// Adds what another part of the same histories found.
        mutating func add(_ other: Report) {
            histories += other.histories
            steps += other.steps
            seen.merge(other.seen) { $0 + $1 }
            disagreement = disagreement ?? other.disagreement
        }
    }

    let seed: UInt64
    let count: Int

    /// The seed that the environment names, or any.
    static var seed: UInt64 {
        variable("BACKOPS_MODEL_SEED").flatMap { UInt64($0) } ?? UInt64.random(in: 1...999_999_999)
    }

    /// How many histories the environment asks for.
    static var count: Int { variable("BACKOPS_MODEL_HISTORIES").flatMap { Int($0) } ?? 1_000 }

    /// The same histories in about equal parts; as many as asked for at most.
    func parts(_ number: Int) -> [RandomHistories] {
        (0..<number).compactMap { part in
            let (first, end) = (count * part / number, count * (part + 1) / number)
            return first < end ? RandomHistories(seed: seed &+ UInt64(first), count: end - first) : nil
        }
    }

    private static func variable(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name]
    }

    /// Runs them one after the other in one session.
    ///
    /// - Parameters:
    ///   - session: Where.
    ///   - shrinking: Whether the history that disagrees is shortened, which takes a few hundred runs.
    /// - Returns: What was seen, and the first disagreement.
    /// - Throws: `PQError` when the database failed in another way than by answering.
    func run(in session: EngineSession, shrinking: Bool = true) async throws -> Report {
        try await session.connection.run { connection in
            var runner = HistoryRunner(definitions: session.definitions)
            var report = Report()
            for number in 0..<count {
                var generator = CommandGenerator(seed: seed &+ UInt64(number))
                let (history, difference) = try runner.run(on: &connection) { generator.next($0, $1) }
                report.histories += 1
                if let difference {
                    report.disagreement = try describe(
                        history,
                        difference,
                        number,
                        shrinking,
                        runner,
                        &connection
                    )
                    break
                }
                // What is rolled back stays in the tables until somebody tidies up.
                if number % 25 == 24 {
                    try connection.query(
                        """
                        vacuum operations, actions, jobs, attempts, workers, definitions, definition_actions,
                          schedules, skipped_slots, signals, approvals, limits, limit_gates, limit_releases, queue_limits,
                          fair_queues, fair_lanes, fair_keys, rates,
                          rate_gates
                        """
                    )
                }
            }
            report.steps = runner.steps
            report.seen = runner.seen
            return report
        }
    }

    private func describe(
        _ history: History,
        _ difference: String,
        _ number: Int,
        _ shrinking: Bool,
        _ runner: HistoryRunner,
        _ connection: inout PQSession
    ) throws -> String {
        var runner = runner
        let short =
            shrinking
            ? try shrink(history) { candidate in
                try runner.run(candidate, on: &connection) != nil
            } : history
        let last = try runner.run(short, on: &connection) ?? difference
        let commands = short.map { step, command in
            "\(step)  \("\(command)".replacing("EngineModelTests.", with: ""))"
        }
        return """
            history \(number) of seed \(seed) disagrees
            (BACKOPS_MODEL_SEED=\(seed &+ UInt64(number)) BACKOPS_MODEL_HISTORIES=1 repeats it):
            \(commands.joined(separator: "\n"))
            \(last)
            """
    }
}
