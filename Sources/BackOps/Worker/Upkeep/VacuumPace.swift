/// Decides when a worker vacuums the table of jobs.
///
/// A vacuum reads what has changed and the whole indexes, so it pays once a part of the rows is dead. All that one worker does of it
/// takes a tenth of the time at most. While somebody's snapshot keeps dead rows, a vacuum finds little to remove, and the next
/// one waits longer and longer.
package struct VacuumPace: Sendable {
    /// How often to look.
    private let interval: Duration

    /// So many dead rows are never worth a vacuum.
    private let least: Int

    /// For so many times its duration a vacuum is followed by none.
    private let restShare: Int

    /// How many vacuums in a row have left most of the dead rows.
    package private(set) var vainVacuums = 0

    private static let deadShare = 0.1
    private static let quietFactor = 2.5
    private static let longestRest: Duration = .seconds(300)

    package init(interval: Duration = .seconds(2), least: Int = 5000, restShare: Int = 10) {
        self.interval = interval
        self.least = least
        self.restShare = restShare
    }

    /// Whether a vacuum pays.
    package func pays(_ condition: JobsCondition) -> Bool {
        condition.dead >= least + Int(Double(condition.live) * Self.deadShare)
    }

    /// How long to wait before looking: not all workers at once.
    ///
    /// - Parameter condition: What the last look found; where next to nothing was dead, little goes on, and the next one has time.
    /// - Returns: About the interval, or more.
    package func rest(after condition: JobsCondition? = nil) -> Duration {
        let isQuiet = condition.map { $0.dead < least / 10 } ?? false
        return interval * (isQuiet ? Self.quietFactor : 1) * Double.random(in: 0.75...1.25)
    }

    /// Learns from a vacuum.
    ///
    /// - Parameters:
    ///   - before: What the table was like before.
    ///   - after: And afterwards.
    ///   - duration: How long it took.
    /// - Returns: How long to wait before looking again.
    package mutating func next(
        before: JobsCondition,
        after: JobsCondition,
        duration: Duration
    ) -> Duration {
        let leftMost = after.dead > before.dead / 2
        vainVacuums = leftMost ? vainVacuums + 1 : 0
        let patience = min(interval * (1 << min(vainVacuums, 20)), max(interval, Self.longestRest))
        return max(patience * Double.random(in: 0.75...1.25), duration * restShare)
    }
}
