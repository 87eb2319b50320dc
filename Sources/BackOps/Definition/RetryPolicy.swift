/// How often a failed action runs again, and after which delays.
///
/// Mistakes that no repetition can mend fail the operation at once, whatever attempts are left: a global that is missing, is of
/// another type or cannot be stored, a jump to what the operation does not have, a context that is used after its end. They
/// are those of ``BackOpsError`` whose ``BackOpsError/Code/isPermanent`` is true. Where another program may set the
/// global meanwhile, say ``retryingMistakes()``.
///
/// The ranges are checked when the plan is: attempts 1…1000, delays of 0 to 365 days, `factor` 1…100,
/// `maximum` at least `base`, `jitter` 0…1.
public struct RetryPolicy: Sendable, Hashable {
    /// How the delay grows from attempt to attempt.
    package enum Backoff: Sendable, Hashable {
        case exponential(base: Duration, factor: Double, maximum: Duration)
        case constant(Duration)
    }

    /// How often the action runs at most, the first time included.
    public let maxAttempts: Int

    package let backoff: Backoff

    /// The part of each delay, 0…1, that chance may take away.
    package let jitter: Double

    /// Whether mistakes that no repetition can mend are repeated nevertheless.
    ///
    /// It belongs to the code of the action and is not stored with the plan.
    public private(set) var retriesMistakes = false

    package init(maxAttempts: Int, backoff: Backoff, jitter: Double) {
        self.maxAttempts = maxAttempts
        self.backoff = backoff
        self.jitter = jitter
    }

    /// Multiplies the delay after every failure.
    ///
    /// With the defaults: 5 s, 10 s, 20 s … up to 6 hours, 25 attempts over about 3 days.
    ///
    /// - Parameters:
    ///   - maxAttempts: How often the action runs at most, the first time included: 1…1000.
    ///   - base: The delay after the first failure.
    ///   - factor: By how much each delay exceeds the one before: 1…100.
    ///   - maximum: The longest delay.
    ///   - jitter: The part of each delay, 0…1, that chance may take away, so that failures that came
    ///     together do not come back together.
    /// - Returns: The policy.
    public static func exponential(
        maxAttempts: Int = 25,
        base: Duration = .seconds(5),
        factor: Double = 2,
        maximum: Duration = .seconds(6 * 3600),
        jitter: Double = 0.2
    ) -> RetryPolicy {
        RetryPolicy(
            maxAttempts: maxAttempts,
            backoff: .exponential(base: base, factor: factor, maximum: maximum),
            jitter: jitter
        )
    }

    /// Waits the same time after every failure.
    ///
    /// - Parameters:
    ///   - maxAttempts: How often the action runs at most, the first time included: 1…1000.
    ///   - delay: The delay.
    ///   - jitter: The part of the delay, 0…1, that chance may take away.
    /// - Returns: The policy.
    public static func constant(maxAttempts: Int = 25, delay: Duration, jitter: Double = 0) -> RetryPolicy {
        RetryPolicy(maxAttempts: maxAttempts, backoff: .constant(delay), jitter: jitter)
    }

    /// Repeats also after a missing global, an unknown jump target, and other mistakes that fail an operation at once by default.
    ///
    /// ```swift
    /// Ship().retry(.constant(delay: .seconds(60)).retryingMistakes())
    /// ```
    ///
    /// - Returns: The policy.
    public func retryingMistakes() -> RetryPolicy {
        var policy = self
        policy.retriesMistakes = true
        return policy
    }

    /// Runs the action once: its first failure fails the operation.
    public static let never = RetryPolicy.exponential(maxAttempts: 1)

    /// What applies to actions without a policy of their own.
    package static let standard = RetryPolicy.exponential()
}

extension RetryPolicy {
    /// Returns the delay after a failed attempt.
    ///
    /// - Parameters:
    ///   - attempt: The attempt that failed, counted from 1.
    ///   - generator: Where chance comes from, for the jitter.
    /// - Returns: The delay, never more than the policy's maximum.
    public func delay(
        afterAttempt attempt: Int,
        using generator: inout some RandomNumberGenerator
    ) -> Duration {
        let full = delay(afterAttempt: attempt)
        guard jitter > 0 else { return full }
        return full * (1 - jitter * Double.random(in: 0...1, using: &generator))
    }

    /// Returns the delay after a failed attempt, without jitter: the longest that it can be.
    ///
    /// - Parameter attempt: The attempt that failed, counted from 1.
    /// - Returns: The delay.
    public func delay(afterAttempt attempt: Int) -> Duration {
        switch backoff {
        case .constant(let delay): return delay
        case .exponential(let base, let factor, let maximum):
            var delay = base
            // Stops at the maximum, so that the product cannot overflow however many attempts there were.
            for _ in 1..<max(1, attempt) where delay < maximum { delay = delay * factor }
            return min(delay, maximum)
        }
    }
}
