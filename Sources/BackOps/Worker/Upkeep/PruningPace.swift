/// Decides how much a worker prunes at once, and when it goes on.
///
/// All workers together keep one server process busy for half of the time at most, whatever the size of the operations and the speed
/// of the disks: a batch is followed by a pause of what it took, for every worker that there is.
package struct PruningPace: Sendable {
    /// How many operations the next batch has at most.
    package private(set) var limit = 100

    /// Where the next batch begins; nil is at the lowest id.
    package private(set) var position: Int64?

    /// Where the last look ended: at operations that were enqueued too lately.
    private var lastEnd: Int64?

    /// How often to look when nothing was left.
    private let interval: Duration

    /// When to begin at the lowest id again, for what was still active, locked or not committed when it was passed.
    private var nextSweep: ContinuousClock.Instant

    static let sweepInterval: Duration = .seconds(3600)
    static let limits = 10...1000
    private static let shortBatch: Duration = .milliseconds(25)
    private static let longBatch: Duration = .milliseconds(100)
    private static let shortestPause: Duration = .milliseconds(20)

    package init(interval: Duration, now: ContinuousClock.Instant = .now) {
        self.interval = interval
        nextSweep = now + Self.sweepInterval
    }

    /// How long to wait before the first batch: not all workers at once when all have just started.
    var firstPause: Duration { interval * Double.random(in: 0...1) }

    /// Learns from a batch.
    ///
    /// - Returns: How long to wait before the next one.
    package mutating func next(
        after batch: PrunedBatch,
        now: ContinuousClock.Instant = .now
    ) -> Duration {
        position = batch.reached ?? position
        if batch.duration > Self.longBatch {
            limit = max(limit / 2, Self.limits.lowerBound)
        } else if batch.hasMore, batch.duration < Self.shortBatch {
            limit = min(limit * 2, Self.limits.upperBound)
        }
        guard batch.hasMore else {
            // Ids grow with time, so what has become old since lies ahead; but what ended later than it began was still too young
            // when it was passed, and needs a second look.
            let end = position
            position = nextSweep <= now ? nil : lastEnd
            lastEnd = end
            if nextSweep <= now { nextSweep = now + Self.sweepInterval }
            return rest()
        }
        return min(rest(), max(Self.shortestPause, batch.duration * max(1, batch.workers)))
    }

    /// How long to wait where there is nothing to do, or something is in the way.
    func rest() -> Duration { interval * Double.random(in: 0.75...1.25) }
}
