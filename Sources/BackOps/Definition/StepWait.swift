/// What an operation waits for at a step that no worker runs.
package enum StepWait: Sendable, Hashable {
    /// Some time passes.
    case sleep(Duration)
    /// The date in a global comes.
    case sleepUntil(global: String)
    /// One of some signals comes, or the time is over.
    case signals([String], timeout: Duration?, onTimeout: OnTimeout, as: String?)
    /// Somebody approves or rejects, or the time is over.
    case approval(ApprovalStep)

    /// Checks everything but the branch, which needs the plan.
    ///
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidConfiguration``, naming what is wrong.
    func validate() throws(BackOpsError) {
        switch self {
        case .sleep(let duration):
            try Self.check(time: duration, "Sleep(for:)")
        case .sleepUntil(let global): try Self.check(global: global, "Sleep(until:)")
        case .signals(let names, let timeout, let onTimeout, let global):
            guard (1...20).contains(names.count), Set(names.map { ExactText($0) }).count == names.count else {
                throw .invalidConfiguration("WaitFor", "must name 1 to 20 signals, each of them once.")
            }
            for name in names { try NameRule.check(name, of: "a signal") }
            if let timeout { try Self.check(time: timeout, "timeout") }
            guard timeout != nil || onTimeout == .fail else {
                throw .invalidConfiguration("onTimeout", "needs a timeout. Give one, or leave it out.")
            }
            if let global { try Self.check(global: global, "as") }
        case .approval(let step): try step.validate()
        }
    }

    static func check(time: Duration, _ option: String) throws(BackOpsError) {
        guard (.zero...Duration.seconds(36_525 * 86_400)).contains(time) else {
            throw .invalidConfiguration(option, "must be 0 to 36,525 days, not \(time).")
        }
    }

    static func check(global: String, _ option: String) throws(BackOpsError) {
        guard !global.isEmpty, global.unicodeScalars.count <= 200, !global.utf8.contains(0) else {
            throw .invalidConfiguration(option, "must name a global: 1 to 200 characters.")
        }
    }

    /// The branches that the operation may go to, and when.
    package var destinations: [(branch: BranchName, occasion: String)] {
        switch self {
        case .sleep, .sleepUntil: []
        case .signals(_, _, let onTimeout, _):
            [(onTimeout, "on its timeout")].compactMap(Self.destination)
        case .approval(let step):
            [(step.otherwise, "on its timeout"), (step.rejected, "when it is rejected")].compactMap(
                Self.destination
            )
        }
    }

    private static func destination(
        _ choice: OnTimeout?,
        _ occasion: String
    ) -> (branch: BranchName, occasion: String)? {
        guard case .branch(let branch) = choice else { return nil }
        return (branch, occasion)
    }
}
