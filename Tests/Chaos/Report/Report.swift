import BackOpsCommand
import Foundation

/// What a run did, and what came of it.
struct Report: Codable, Sendable {
    var seed: UInt64
    var seconds: Double
    var faults: [FaultKind: Int]
    var operations: [String: Int] = [:]
    var actionsCompleted = 0
    var transactionsCompleted = 0
    var bodies = 0
    var bodiesRunAgain = 0
    var slotsRun = 0
    var slotsSkipped = 0
    var decisions = 0
    var lapsedApprovals = 0
    var lateWritesRefused = 0
    var lateWritesRefusedInActions = 0
    var delayedWritesRefused = 0
    var crashesRecorded = 0
    var reclaimsOfRunningJobs = 0
    var attemptsRecorded: [String: Int] = [:]
    var recoverySeconds: [Double] = []
    var drainSeconds = 0.0
    var invariantChecks = 0
    var serverErrors: [String: Int] = [:]
    var violations: [Violation] = []
    /// Why the run does not count.
    var shortcomings: [String] = []
    /// Where everything is left; nil when it is removed.
    var folder: String?

    var outcome: Outcome {
        if !violations.isEmpty { return .violated }
        return shortcomings.isEmpty ? .held : .doesNotCount
    }

    var faultCount: Int { faults.values.reduce(0, +) }

    /// The value below which a part of the recoveries was; nil without any.
    func recovery(_ part: Double) -> Double? {
        guard !recoverySeconds.isEmpty else { return nil }
        return recoverySeconds.sorted()[
            min(recoverySeconds.count - 1, Int(Double(recoverySeconds.count) * part))
        ]
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(Summary(report: self)), as: UTF8.self)
    }

    /// The report with what is computed from it.
    private struct Summary: Encodable {
        let report: Report

        private enum Keys: String, CodingKey { case outcome, recoveryMedian, recovery95 }

        func encode(to encoder: any Encoder) throws {
            try report.encode(to: encoder)
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(report.outcome, forKey: .outcome)
            try container.encodeIfPresent(report.recovery(0.5), forKey: .recoveryMedian)
            try container.encodeIfPresent(report.recovery(0.95), forKey: .recovery95)
        }
    }
}
