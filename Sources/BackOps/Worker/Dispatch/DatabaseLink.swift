/// How well the database takes what a worker sends: it may be away, refuse writes, or refuse one statement of many.
package struct DatabaseLink: Sendable {
    /// When to send again what could not be sent.
    package private(set) var sendAgainAt: Instant?

    /// A batch was refused: each outcome is sent as a statement of its own, to find the one that is at fault.
    package var sendsSingly = false

    /// The database takes no writes, for reasons of its own; that was said in the log.
    package private(set) var refusesWrites = false

    /// Grows while the database is away.
    private var outage = OutageBackoff()

    /// Grows while the database is there but refuses statements.
    private var refusals = OutageBackoff()

    package init() {}

    /// Whether the last round trip did not come back.
    package var isAway: Bool { outage.failures > 0 }

    /// Whether nothing is the matter, so that round trips may overlap.
    package var isSound: Bool { !sendsSingly && !refusesWrites && !isAway && sendAgainAt == nil }

    /// Whether it is too early to send.
    package func isResting(at now: Instant) -> Bool { sendAgainAt.map { $0 > now } ?? false }

    /// Something is sent.
    package mutating func sends() { sendAgainAt = nil }

    /// The round trip failed.
    ///
    /// - Returns: Whether it is the first one that did.
    package mutating func isLost(
        at now: Instant,
        using generator: inout some RandomNumberGenerator
    ) -> Bool {
        let isFirst = !isAway
        sendAgainAt = now + outage.next(using: &generator)
        return isFirst
    }

    /// The round trip came back.
    package mutating func isBack() { outage.reset() }

    /// A statement was refused: the next ones wait a little.
    package mutating func refuses(at now: Instant, using generator: inout some RandomNumberGenerator) {
        sendAgainAt = now + refusals.next(using: &generator)
    }

    /// The database takes no writes for now.
    ///
    /// - Returns: Whether it did take them before.
    package mutating func refusesEverything(
        at now: Instant,
        using generator: inout some RandomNumberGenerator
    ) -> Bool {
        refuses(at: now, using: &generator)
        // What is too much for one statement may do in several.
        sendsSingly = true
        defer { refusesWrites = true }
        return !refusesWrites
    }

    /// Every statement of a round trip was taken.
    ///
    /// - Parameter wrote: Whether one of them wrote something.
    /// - Returns: Whether the database takes writes again.
    package mutating func takesAll(wrote: Bool) -> Bool {
        refusals.reset()
        guard refusesWrites, wrote else { return false }
        refusesWrites = false
        return true
    }
}
