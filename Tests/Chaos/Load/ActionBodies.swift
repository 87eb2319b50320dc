import BackOps
import Logging

/// Makes the actions of the load: each enters in the ledger that it begins, lasts a while, does its deed, and enters that
/// it has ended.
struct ActionBodies: Sendable {
    let ledger: Ledger
    let lease: Duration
    let seed: UInt64

    /// Plans an action.
    func step(_ name: String, _ deed: Deed = .plain, goingTo target: Target? = nil) -> PlannedAction {
        Do(name) { context in try await run(context, deed, target) }
            // Outages and throws must not use up the attempts, or everything would fail.
            .retry(
                .constant(maxAttempts: deed == .fragile ? 3 : 1000, delay: .milliseconds(200), jitter: 0.5)
            )
    }

    /// Where an action jumps when it has completed.
    struct Target: Sendable {
        let branch: BranchName
        let action: String
        /// How often at most.
        var times = 1
    }

    private func run(_ context: ActionContext, _ deed: Deed, _ target: Target?) async throws {
        guard let claim = context.invocation.claimID else { throw Unclaimed() }
        var dice = Dice(seed: seed, context.operationID, claim)
        let attempt = Attempt(
            context: context,
            claim: claim,
            deed: deed,
            target: target,
            isStubborn: dice.chance(0.4)
        )
        guard attempt.isStubborn else { return try await act(attempt, dice) }
        let rolled = dice
        try await Task { try await act(attempt, rolled) }.value
    }

    private struct Attempt: Sendable {
        let context: ActionContext
        let claim: Int64
        let deed: Deed
        let target: Target?
        /// Does not hear that it is cancelled, and takes no for no answer.
        let isStubborn: Bool
    }

    private func act(_ attempt: Attempt, _ dice: Dice) async throws {
        let (context, claim, deed) = (attempt.context, attempt.claim, attempt.deed)
        var dice = dice
        let isQuick = context[Load.quick] == .bool(true)
        let row = try await ledger.begin(context, claim, deed)
        try await Task.sleep(for: length(&dice, isQuick: isQuick))
        switch deed {
        case .flaky where dice.chance(0.3), .fragile where !isQuick && dice.chance(0.4): throw Misfortune()
        case .dozing where dice.chance(0.4): try context.snooze(dice.duration(.zero...lease / 4))
        case .checkpointing:
            context["checkpoint"] = .integer(claim)
            try await write(attempt) { try await context.checkpoint() }
            try await Task.sleep(for: dice.duration(.zero...lease / 4))
        default: break
        }
        try decide(context, attempt.target)
        guard deed == .transaction else { return try await ledger.end(row) }
        try await write(attempt) {
            try await context.transaction { transaction in
                try await ledger.effect(context, claim, row, in: transaction)
            }
        }
    }

    /// Writes; a stubborn action goes on trying when its claim is gone, until somebody else has long begun.
    private func write(_ attempt: Attempt, _ body: () async throws -> Void) async throws {
        let deadline = ContinuousClock.now + lease * 4
        while true {
            do {
                return try await body()
            } catch let error as BackOpsError where error.code == .staleClaim {
                attempt.context.logger.warning(
                    "\(LateWrite.message)",
                    metadata: [LateWrite.claimKey: "\(attempt.claim)"]
                )
                guard attempt.isStubborn, ContinuousClock.now < deadline else { throw error }
                try await Task.sleep(for: lease / 20)
            }
        }
    }

    /// Mostly short, often enough longer than the lease: only then can a completion come too late.
    private func length(_ dice: inout Dice, isQuick: Bool) -> Duration {
        switch Double.random(in: 0..<1, using: &dice) {
        case ..<0.70: return dice.duration(.zero ... .milliseconds(30))
        case _ where isQuick: return .zero
        case ..<0.85: return dice.duration(.milliseconds(30)...lease / 2)
        default: return dice.duration(lease / 2...lease * 2)
        }
    }

    /// Notes the action in the globals, which must afterwards tell the same as the completions, and jumps.
    private func decide(_ context: ActionContext, _ target: Target?) throws {
        let trail = context[Load.trail]?.arrayValue ?? []
        context[Load.trail] = .array(
            trail + [.string("\(context.invocation.position).\(context.invocation.run)")]
        )
        guard let target else { return }
        let jumps = context[Load.jumps]?.integerValue ?? 0
        guard jumps < target.times else { return }
        context[Load.jumps] = .integer(jumps + 1)
        try context.jump(to: target.branch, at: target.action)
    }

    struct Misfortune: Error {}
    struct Unclaimed: Error {}
}

/// Keys of the globals.
enum Load {
    /// What has completed, in the words of the actions themselves: `["1.1", "2.1"]`, position and run.
    static let trail = "trail"
    static let jumps = "jumps"
    /// No long actions and none that may fail, for the workload after the healing.
    static let quick = "quick"
    /// Begins the names that enqueues under a key leave, so that none is lost where they are merged.
    static let number = "number-"
    /// Written by the run from outside.
    static let steered = "steered"
    /// Written under a claim that is gone, and so never to be found.
    static let late = "late"
}
