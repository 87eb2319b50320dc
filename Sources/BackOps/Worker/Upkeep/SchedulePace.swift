/// Decides when a worker looks for schedules that are due.
///
/// It looks when the next one is due, and at least every few seconds, because another may have been created meanwhile: one look into
/// an index. Not all workers look at the same moment; the one that comes first does the work.
package struct SchedulePace: Sendable {
    /// How often to look when nothing is due.
    package let interval: Duration

    /// How many schedules to take at once: one transaction.
    package let limit: Int

    private static let spread: Duration = .milliseconds(100)

    package init(interval: Duration = .seconds(3), limit: Int = 20) {
        self.interval = interval
        self.limit = limit
    }

    /// How long to wait before the next look.
    ///
    /// - Parameter due: How long until a schedule is due, negative where one is already; nil where none will be.
    /// - Returns: Until then, or the interval if that is shorter.
    package func pause(until due: Duration?) -> Duration {
        guard let due, due < interval * 0.75 else { return rest() }
        guard due > .zero else { return .zero }
        return due + min(Self.spread, interval) * Double.random(in: 0...1)
    }

    /// How long to wait where there is nothing to do, or something is in the way.
    package func rest() -> Duration { interval * Double.random(in: 0.75...1.25) }
}
