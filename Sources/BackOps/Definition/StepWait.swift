/// What an operation waits for at a step that no worker runs.
package enum StepWait: Sendable, Hashable {
    /// Some time passes.
    case sleep(Duration)
    /// The date in a global comes.
    case sleepUntil(global: String)
    /// One of some signals comes, or the time is over.
    case signals([String], timeout: Duration?, onTimeout: OnTimeout, as: String?)

    /// Checks everything but the branch, which needs the plan.
    ///
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidConfiguration``, naming what is wrong.
    func validate() throws(BackOpsError) {
        switch self {
        case .sleep(let duration):
            guard (.zero...Self.longest).contains(duration) else {
                throw .invalidConfiguration("Sleep(for:)", "must be 0 to 36,525 days, not \(duration).")
            }
        case .sleepUntil(let global): try Self.check(global: global, "Sleep(until:)")
        case .signals(let names, let timeout, let onTimeout, let global):
            guard (1...20).contains(names.count), Set(names.map { ExactText($0) }).count == names.count else {
                throw .invalidConfiguration("WaitFor", "must name 1 to 20 signals, each of them once.")
            }
            for name in names { try NameRule.check(name, of: "a signal") }
            if let timeout, !(.zero...Self.longest).contains(timeout) {
                throw .invalidConfiguration("timeout", "must be 0 to 36,525 days, not \(timeout).")
            }
            guard timeout != nil || onTimeout == .fail else {
                throw .invalidConfiguration("onTimeout", "needs a timeout. Give one, or leave it out.")
            }
            if let global { try Self.check(global: global, "as") }
        }
    }

    private static let longest = Duration.seconds(36_525 * 86_400)

    private static func check(global: String, _ option: String) throws(BackOpsError) {
        guard !global.isEmpty, global.unicodeScalars.count <= 200, !global.utf8.contains(0) else {
            throw .invalidConfiguration(option, "must name a global: 1 to 200 characters.")
        }
    }

    /// The branch that the operation goes to when the time is over.
    package var branch: BranchName? {
        guard case .signals(_, _, .branch(let branch), _) = self else { return nil }
        return branch
    }
}
