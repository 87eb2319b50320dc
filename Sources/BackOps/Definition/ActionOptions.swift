#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// Holds what the modifiers of an action said; nil means the default.
package struct ActionOptions: Sendable, Hashable {
    package var performAt: Date?
    package var performIn: Duration?
    package var performAtGlobal: String?
    package var retry: RetryPolicy?
    package var timeout: Duration?
    package var queue: String?
    package var limit: PlannedLimit?
    /// How many start in a time.
    package var rate: PlannedRate?
    package var mayJump: [BranchName] = []
    /// What the step waits for, which then has no other option and is run by no worker; nil for an action.
    package var wait: StepWait?

    package init() {}

    /// The retry policy, the default one when none was given.
    package var retryPolicy: RetryPolicy { retry ?? .standard }

    /// The branches that the step may lead to.
    package var targets: [BranchName] { mayJump + (wait?.destinations ?? []).map(\.branch) }

    /// Checks every option but branches, which need the plan.
    ///
    /// - Throws: ``BackOpsError`` with ``BackOpsError/Code/invalidConfiguration``, naming the option.
    package func validate() throws(BackOpsError) {
        if let wait {
            var others = self
            others.wait = nil
            guard others == ActionOptions() else {
                throw .invalidConfiguration(
                    "wait",
                    "was given a modifier of actions. A step that waits has none but named(_:): it is not attempted."
                )
            }
            return try wait.validate()
        }
        let times = [performAt != nil, performIn != nil, performAtGlobal != nil].filter { $0 }
        guard times.count <= 1 else {
            throw .invalidConfiguration(
                "perform",
                "was given \(times.count) times for one action. Keep one of them."
            )
        }
        if let performIn, !(.zero...RetryPolicy.longestDelay).contains(performIn) {
            throw .invalidConfiguration("perform(in:)", "must be 0 to 365 days, not \(performIn).")
        }
        if let performAtGlobal, performAtGlobal.isEmpty || performAtGlobal.utf8.contains(0) {
            throw .invalidConfiguration("perform(at:)", "must name a global. Use a key that is not empty.")
        }
        if let timeout, timeout <= .zero || timeout > RetryPolicy.longestDelay {
            throw .invalidConfiguration(
                "timeout",
                "must be more than 0 and at most 365 days, not \(timeout)."
            )
        }
        if let queue { try QueueName.check(queue) }
        try limit?.validate()
        try rate?.validate()
        try retryPolicy.validate()
    }
}
