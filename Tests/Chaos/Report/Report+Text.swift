import Foundation

extension Report {
    /// The report for people.
    var text: String {
        var lines = [
            line("seed", "\(seed)"),
            line(
                "faults",
                "\(faultCount) in \(Int(seconds)) s: \(list(named: faults.map { ($0.key.rawValue, $0.value) }))"
            ),
            line("operations", list(named: operations.map { ($0.key, $0.value) })),
            line(
                "actions completed",
                "\(actionsCompleted), \(transactionsCompleted) of them in a transaction of their own"
            ),
            line("slots of schedules", "\(slotsRun) run, \(slotsSkipped) skipped"),
            line("approvals", "\(decisions) decided, \(lapsedApprovals) lapsed"),
            line("bodies", "\(bodies); run more than once: \(bodiesRunAgain)"),
            line("ended otherwise", list(named: attemptsRecorded.map { ($0.key, $0.value) })),
            line(
                "late writes refused",
                "\(lateWritesRefused) of workers, \(lateWritesRefusedInActions) of them inside an action; "
                    + "\(delayedWritesRefused) delayed requests"
            ),
            line(
                "crashes recorded",
                "\(crashesRecorded); re-claims of running jobs: \(reclaimsOfRunningJobs)"
            ),
            line("recovery after kill -9", recoveryText),
            line(
                "drain after healing",
                "\(seconds(drainSeconds)); then 100 operations enqueued, and completed"
            ),
            line(
                "invariants()",
                invariantChecks == 0 ? "not in this schema" : "checked \(invariantChecks) times"
            ),
            line("errors in the server's log", list(named: serverErrors.map { ($0.key, $0.value) })),
        ]
        if let folder { lines.append(line("folder", folder)) }
        lines.append("")
        lines += conclusion
        return lines.joined(separator: "\n")
    }

    private static let mostViolations = 50

    private var conclusion: [String] {
        switch outcome {
        case .held: return ["Held: no violation."]
        case .doesNotCount: return ["Does not count:"] + shortcomings.map { "  \($0)" }
        case .violated:
            let shown = violations.prefix(Self.mostViolations).map { violation in
                "  \(violation.rule): \(violation.operation.map { "operation \($0): " } ?? "")\(violation.detail)"
            }
            let rest = violations.count - shown.count
            return ["\(violations.count) violations:"] + shown + (rest > 0 ? ["  and \(rest) more"] : [])
        }
    }

    private var recoveryText: String {
        guard let median = recovery(0.5), let high = recovery(0.95) else {
            return "no worker was killed that held jobs"
        }
        return "median \(seconds(median)), p95 \(seconds(high)), \(recoverySeconds.count) kills"
    }

    private func line(_ name: String, _ value: String) -> String {
        name.padding(toLength: 28, withPad: " ", startingAt: 0) + value
    }

    private func list(named counts: [(String, Int)]) -> String {
        guard !counts.isEmpty else { return "none" }
        return counts.sorted { $0.0 < $1.0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }

    private func seconds(_ seconds: Double) -> String { String(format: "%.2f s", seconds) }
}
