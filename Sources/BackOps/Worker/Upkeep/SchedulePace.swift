/// Decides when a worker looks for schedules that are due.
///
/// It looks when the next one is due, and now and then, because another may have been created meanwhile: one look into an index. A worker
/// that is told of new ones, if they are due soon, looks less often. Not all workers look at the same moment; the one that comes first
/// does the work.
package struct SchedulePace: Sendable {
    /// How often to look when nothing is due.
    package let interval: Duration

    /// How often a worker that listens looks when nothing is due: what it is not told of is due in half a minute or later.
    package let listeningInterval: Duration

    /// How many schedules to take at once: one transaction.
    package let limit: Int

    private static let latest: Duration = .milliseconds(100)

    package init(
        interval: Duration = .seconds(3),
        listeningInterval: Duration = .seconds(20),
        limit: Int = 20
    ) {
        self.interval = interval
        self.listeningInterval = listeningInterval
        self.limit = limit
    }

    /// What a worker does next.
    package enum Step: Sendable, Equatable {
        case rest(Duration)
        /// Asks how long until a schedule is due.
        case look
        /// Takes what is due.
        case sweep
    }

    /// After a look: takes what is due, or waits until then, or for the interval if that is shorter.
    ///
    /// - Parameters:
    ///   - due: How long until a schedule is due, negative where one is already; nil where none will be.
    ///   - listens: Whether the worker is told of schedules that are due soon.
    ///   - generator: Spreads the looks of many workers.
    /// - Returns: A sweep or a rest.
    package func step(
        afterLook due: Duration?,
        listens: Bool,
        using generator: inout some RandomNumberGenerator
    ) -> Step {
        let interval = listens ? listeningInterval : interval
        guard let due, due < interval * 0.75 else { return .rest(spread(interval, &generator)) }
        guard due > .zero else { return .sweep }
        return .rest(due + min(Self.latest, interval) * Double.random(in: 0...1, using: &generator))
    }

    /// After a sweep: looks again, unless others have taken everything.
    package func step(afterSweep hasRun: Bool, using generator: inout some RandomNumberGenerator) -> Step {
        hasRun ? .look : rest(using: &generator)
    }

    /// Where there is nothing to do, or something is in the way.
    package func rest(using generator: inout some RandomNumberGenerator) -> Step {
        .rest(spread(interval, &generator))
    }

    private func spread(_ interval: Duration, _ generator: inout some RandomNumberGenerator) -> Duration {
        interval * Double.random(in: 0.75...1.25, using: &generator)
    }
}
