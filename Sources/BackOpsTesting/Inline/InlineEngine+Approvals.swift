import BackOps

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension InlineEngine {
    /// Passes a step that asks, by the decisions that were given and the virtual clock.
    ///
    /// Each is used once, in the order in which they were given.
    ///
    /// - Returns: The position that is due next, or nil at the end.
    mutating func pass(_ entry: Plan.Entry, _ step: ApprovalStep) -> Int? {
        let index = decisions.firstIndex { $0.name.hasSameBytes(as: step.name) }
        let decision = index.map { decisions.remove(at: $0) }
        if let decision, step.within.map({ decision.delay < $0 }) ?? true {
            wait(decision.delay)
            let at = ISO8601.text(start.addingTimeInterval(clock / .seconds(1)))
            let choice = decision.verdict == .approved ? .goOn : step.rejected ?? step.otherwise
            return end(
                entry,
                as: step.global,
                Decision(decision.verdict, by: decision.by, reason: decision.reason, at: at),
                by: choice,
                Rejected(step: entry.path, decision: decision)
            )
        }
        guard let within = step.within else {
            run.fail(NoDecision(step: entry.path, name: step.name))
            return nil
        }
        wait(within)
        return end(
            entry,
            as: step.global,
            Decision(),
            by: step.otherwise,
            NobodyDecided(step: entry.path, name: step.name)
        )
    }
}

/// Ends a run that waits for a decision which its test does not make.
struct NoDecision: Error, CustomStringConvertible {
    let step: String
    let name: String

    var description: String {
        "\(step) waits for the approval \(name) for as long as it takes. Give runInline the decision: decisions: [InlineDecision(…)]."
    }
}

/// Ends a run whose approval fails when the time is over.
struct NobodyDecided: Error, CustomStringConvertible {
    let step: String
    let name: String

    var description: String { "\(step): nobody decided the approval \(name) in time" }
}

/// Ends a run whose approval fails when it is rejected.
struct Rejected: Error, CustomStringConvertible {
    let step: String
    let decision: InlineDecision

    var description: String {
        "\(step): \(decision.by) rejected \(decision.name)" + (decision.reason.map { ": \($0)" } ?? "")
    }
}
