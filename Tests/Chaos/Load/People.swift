import BackOps
import Foundation

/// Two people who decide what operations ask for, often the same at the same moment, and leave some of it.
struct People: Sendable {
    let settings: RunSettings
    let client: BackOpsClient
    let memory: Memory

    func run(until deadline: ContinuousClock.Instant) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for (number, name) in ["ann", "bob"].enumerated() {
                group.addTask {
                    try await decide(as: name, Dice(seed: settings.seed, -2, Int64(number)), deadline)
                }
            }
        }
    }

    private func decide(as name: String, _ dice: Dice, _ deadline: ContinuousClock.Instant) async throws {
        var dice = dice
        while ContinuousClock.now < deadline {
            do {
                for asked in try await client.pendingApprovals(limit: 20)
                where dice.chance(0.5) && (asked.id % 3 != 0 || isAlmostOver(asked)) {
                    try await decide(asked, as: name, dice.chance(0.6) ? .approved : .rejected)
                    if dice.chance(0.2) {
                        try await Task.sleep(for: dice.duration(.zero ... .milliseconds(500)))
                    }
                }
            } catch  where Outage.explains(error) {
                // The server is away, and whether that decision counts is not known.
            }
            try await Task.sleep(for: dice.duration(.milliseconds(20) ... .milliseconds(300)))
        }
    }

    /// A third is left until the last moment, and often beyond.
    private func isAlmostOver(_ asked: PendingApproval) -> Bool {
        asked.deadline.map { $0.timeIntervalSinceNow < 0.2 } ?? true
    }

    private func decide(_ asked: PendingApproval, as name: String, _ verdict: Decision.Verdict) async throws {
        do {
            let record = try await client.decide(
                asked.operationID,
                asked.name,
                verdict,
                decidedBy: name,
                approval: asked.id
            )
            memory.decided(record, as: verdict, by: name)
        } catch let error as BackOpsError where [.wrongState, .noSuchOperation].contains(error.code) {
            // Somebody else has, or it has lapsed.
        }
    }
}
