#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension Plannable {
    /// Sets how often, and after which delays, a failed action runs again.
    ///
    /// Without this modifier, ``RetryPolicy/exponential(maxAttempts:base:factor:maximum:jitter:)`` applies
    /// with its defaults.
    ///
    /// - Parameter policy: The policy.
    /// - Returns: The action with that policy.
    public func retry(_ policy: RetryPolicy) -> PlannedAction {
        with { $0.options.retry = policy }
    }

    /// Ends an attempt that takes longer; it counts as failed and its task is cancelled.
    ///
    /// - Parameter limit: The longest time for one attempt, more than zero.
    /// - Returns: The action with that limit.
    public func timeout(_ limit: Duration) -> PlannedAction {
        with { $0.options.timeout = limit }
    }

    /// Runs the action in another queue than its operation's.
    ///
    /// - Parameter name: The queue: 1 to 100 of `a-z`, `0-9`, `_`, `.` and `-`.
    /// - Returns: The action with that queue.
    public func queue(_ name: String) -> PlannedAction {
        with { $0.options.queue = name }
    }

    /// Lets only some attempts run at once, of all actions that name the same limit, whatever their operations, queues and workers.
    ///
    /// An action takes its slot when it may start, and gives it back when its attempt has ended: it has none while it waits for a
    /// retry. Who finds none free waits in line, by priority and then in the order in which they came, and keeps no worker busy.
    ///
    /// ```swift
    /// Charge(stripe: stripe).limit("stripe", 20)
    /// Import(shop: shop).limit("import", 1, by: .customer)
    /// ```
    ///
    /// A second modifier replaces the first.
    ///
    /// - Parameters:
    ///   - name: What is limited: 1 to 200 characters, without "/" and control characters.
    ///   - maximum: How many run at once, 1 to 1,000,000; nil is what another plan says, or
    ///     ``BackOpsClient/setLimit(_:to:reason:)``, which wins over what is said here in any case.
    ///   - key: The global by whose values they are told apart: each value has slots of its own, and those without the global share
    ///     some. It is read when the operation reaches the action.
    /// - Returns: The action with that limit.
    public func limit(
        _ name: String,
        _ maximum: Int? = nil,
        by key: GlobalKey<some Codable & Sendable>? = GlobalKey<String>?.none
    ) -> PlannedAction {
        with { $0.options.limit = PlannedLimit(name: name, maximum: maximum, key: key?.name) }
    }

    /// Lets only so many attempts start in a time, of all actions that name the same rate, whatever their operations, queues and workers.
    ///
    /// Starts are spaced evenly: with 100 per second one each 10 milliseconds, and after a pause as many at once as `burst` says. Each attempt
    /// counts, also that of a retry. Who may not start within two seconds waits in line, by priority and then in the order in which they came,
    /// and keeps no worker busy. An action may have a rate and a ``limit(_:_:by:)``: it takes its slot when its start has come.
    ///
    /// ```swift
    /// Charge(stripe: stripe).rate("stripe", 100, per: .seconds(1), burst: 10)
    /// Import(shop: shop).rate("shop-api", 60, per: .seconds(60), by: .customer, weight: 2)
    /// ```
    ///
    /// A second modifier replaces the first. Rates and limits of the same name have nothing to do with each other.
    ///
    /// - Parameters:
    ///   - name: What is paced: 1 to 200 characters, without "/" and control characters.
    ///   - count: How many start in that time, 1 to 1,000,000; ``BackOpsClient/setRate(_:to:per:burst:reason:)`` wins over it.
    ///   - per: The time, a millisecond to 365 days.
    ///   - burst: How many may start at the same moment after a pause, 1 to 1,000,000.
    ///   - key: The global by whose values they are told apart: each value has a rate of its own, and those without the global share
    ///     one. It is read when the operation reaches the action.
    ///   - weight: For how many starts one of this action counts, 1 to 1,000,000; also more than `burst`.
    /// - Returns: The action with that rate.
    public func rate(
        _ name: String,
        _ count: Int,
        per: Duration,
        burst: Int = 1,
        by key: GlobalKey<some Codable & Sendable>? = GlobalKey<String>?.none,
        weight: Int = 1
    ) -> PlannedAction {
        let pace = RatePace(count: count, per: per, burst: burst)
        return with {
            $0.options.rate = PlannedRate(name: name, pace: pace, key: key?.name, weight: weight)
        }
    }

    /// Lets attempts start as ``rate(_:_:per:burst:by:weight:)``, under a rate whose count another plan says, or
    /// ``BackOpsClient/setRate(_:to:per:burst:reason:)``.
    ///
    /// - Parameters:
    ///   - name: What is paced.
    ///   - key: The global by whose values they are told apart.
    ///   - weight: For how many starts one of this action counts.
    /// - Returns: The action with that rate.
    public func rate(
        _ name: String,
        by key: GlobalKey<some Codable & Sendable>? = GlobalKey<String>?.none,
        weight: Int = 1
    ) -> PlannedAction {
        with { $0.options.rate = PlannedRate(name: name, key: key?.name, weight: weight) }
    }

    /// Runs the action no earlier than a date; waiting costs no attempt.
    ///
    /// - Parameter date: The date, to the microsecond.
    /// - Returns: The action with that date.
    public func perform(at date: Date) -> PlannedAction {
        with { $0.options.performAt = date }
    }

    /// Runs the action no earlier than the date in a global; waiting costs no attempt.
    ///
    /// The global is read when the operation reaches the action. Is it not set, the action is due at once;
    /// is it not a date, the operation fails there.
    ///
    /// - Parameter key: The global that holds the date.
    /// - Returns: The action with that date.
    public func perform(at key: GlobalKey<Date>) -> PlannedAction {
        with { $0.options.performAtGlobal = key.name }
    }

    /// Runs the action some time after the operation reaches it; waiting costs no attempt.
    ///
    /// - Parameter delay: The time, zero or more.
    /// - Returns: The action with that delay.
    public func perform(in delay: Duration) -> PlannedAction {
        with { $0.options.performIn = delay }
    }

    /// Declares where the action may jump, for diagrams and for a check when the worker starts.
    ///
    /// It is a remark: a jump elsewhere is not refused. Repeated modifiers add up.
    ///
    /// - Parameter branches: Branches of the same operation.
    /// - Returns: The action with that remark.
    public func mayJump(to branches: BranchName...) -> PlannedAction {
        with { $0.options.mayJump += branches }
    }

    /// Gives the action another name in this place, so that it can stand in a branch twice.
    ///
    /// - Parameter name: The name under which it is stored.
    /// - Returns: The action with that name.
    public func named(_ name: String) -> PlannedAction {
        with { $0.name = name }
    }

    private func with(_ change: (inout PlannedAction) -> Void) -> PlannedAction {
        var planned = planned
        change(&planned)
        return planned
    }
}
