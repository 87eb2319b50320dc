/// How long a worker may take its lease for its own.
///
/// Counted from when the last renewal that was answered had been *sent*: the server counts from when it came, so that the
/// worker's lease has ended before anybody may take its jobs.
package struct LeaseClock: Sendable {
    /// How long a renewal lasts.
    package let lease: Duration

    /// When the last renewal that was answered had been sent; at first, when the registration was.
    package private(set) var renewedAt: Instant
    private var askedAt: Instant

    package init(_ lease: Duration, registeredAt sent: Instant) {
        self.lease = lease
        renewedAt = sent
        askedAt = sent
    }

    /// The server is asked to renew the lease.
    package mutating func asks(at now: Instant) { askedAt = now }

    /// The server has renewed the lease.
    ///
    /// - Parameter now: When its answer came; never earlier than the question, from which the lease is counted.
    package mutating func isRenewed(at now: Instant) { renewedAt = min(askedAt, now) }

    /// How often the lease is renewed.
    package var interval: Duration { lease / 5 }

    /// When the worker's actions are told to end: with time to hear of it before the lease ends.
    package var end: Instant { renewedAt + lease - min(.seconds(1), lease / 10) }

    /// Looks for dead workers begin when a connection is this old: after an outage that all have had, the others are back then.
    package static let watchDelay: Duration = .seconds(1)

    /// How long a worker's session may be gone before it is taken for dead.
    package static let patience: Duration = .milliseconds(750)

    /// Pauses between attempts to connect stay well below that.
    package static let longestPause: Duration = .milliseconds(300)

    /// Whether operations whose names nobody knew are looked for after this renewal on a connection, counted from 0.
    ///
    /// Only a transaction that began before the worker registered still leaves some behind.
    package static func looksForParked(beat: Int) -> Bool { beat < 3 || beat % 5 == 0 }

    /// Returns how long to wait between two looks for dead workers: rarely enough to cost nothing, often enough for all workers
    /// together.
    package func watchInterval(workers: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        min(interval, max(.milliseconds(1200), .milliseconds(200) * workers))
            * Double.random(in: 0.75...1.25, using: &generator)
    }
}
