/// Decides when to claim jobs, and from which keys on.
///
/// Claims resume after the last one. A claim that comes back short is followed by a sweep from the start at once; while
/// claims come back full, a sweep is made at an interval that keeps its cost below a few per cent of the time. When a
/// sweep finds nothing either, the worker says that it sleeps, looks again a few times (for enqueuers that had looked for
/// sleepers just before), and then polls.
package struct ClaimSchedule: Sendable {
    private var cursors: LaneCursors

    /// How often to look when nobody wakes the worker.
    package var pollInterval: Duration

    /// Whether the next claim starts over.
    package private(set) var sweeps = true

    /// Whether the database was told that this worker sleeps, and wakes it for new jobs.
    package private(set) var isAsleep = false

    /// The state that the database must be told of: true before the worker waits, false once it is busy again.
    package private(set) var tellsSleep: Bool?

    /// Whether the last sweep left nothing that this worker could have claimed.
    package private(set) var foundNothing = false

    /// When to claim although nothing else has to be sent.
    package private(set) var nextLook: Instant

    /// When the next scheduled job is due, as far as the database has said.
    private var nextDue: Instant?

    /// Whether the worker was woken while it slept.
    private var isWoken = false
    private var waitsForSlots = false
    /// The claim that is on its way.
    private var claim: (isSweep: Bool, isOutdated: Bool)?
    private var nextSweep: Instant
    private var recheck = 0

    /// The sweeps after falling asleep, before polling begins.
    package static let rechecks: [Duration] = [.milliseconds(20), .milliseconds(200)]

    /// A sweep may take this part of the time at most.
    package static let sweepShare = 0.03

    /// Makes a schedule whose first claim is due at once.
    package init(queues: [String], pollInterval: Duration, at now: Instant) {
        cursors = LaneCursors(queues: queues)
        self.pollInterval = pollInterval
        nextLook = now
        nextSweep = now
    }

    /// Whether it is time to claim although nothing else has to be sent.
    package func isDue(at now: Instant) -> Bool { claim == nil && nextLook <= now }

    /// Whether a claim is on its way.
    package var isLooking: Bool { claim != nil }

    /// The lanes of the claim that is on its way, or of the next one.
    package var lanes: [Lane] { sweeps ? cursors.sweeping : cursors.resuming }

    /// Whether a claim that is sent now should be accompanied by the question when the next scheduled job is due.
    ///
    /// Not when the worker was woken: there is work, which must not wait for that answer, and scheduled jobs wake nobody.
    package var asksForNextDue: Bool { sweeps && !isWoken }

    /// A claim is sent.
    package mutating func looks() {
        isWoken = false
        claim = (isSweep: sweeps, isOutdated: false)
        cursors.begin(sweep: sweeps)
    }

    /// The claim is back, and its answer, if there was one, was taken note of.
    package mutating func hasLooked(at now: Instant) {
        guard let claim = claim.take() else { return }
        if claim.isOutdated { wake(at: now) }
    }

    /// The worker is told that there is work.
    package mutating func wake(at now: Instant) {
        isWoken = isAsleep
        claim?.isOutdated = true
        nextLook = now
        sweeps = true
        foundNothing = false
    }

    /// An operation was handed on, which may be due here.
    package mutating func wakeUnlessAsleep(at now: Instant) {
        if !isAsleep { wake(at: now) }
    }

    /// Something other than new jobs is to be looked at.
    package mutating func lookNow(at now: Instant) { nextLook = now }

    /// Takes note of the answer to a claim.
    ///
    /// - Parameters:
    ///   - jobs: Where the jobs that could be read were found.
    ///   - count: How many there were.
    ///   - limit: How many it asked for.
    ///   - duration: How long it took.
    ///   - now: When it came back.
    ///   - generator: Spreads the polls of workers that started together.
    package mutating func claimed(
        _ jobs: some Sequence<Lane>,
        count: Int,
        limit: Int,
        duration: Duration,
        at now: Instant,
        using generator: inout some RandomNumberGenerator
    ) {
        cursors.advance(past: jobs)
        let wasSweep = claim?.isSweep ?? sweeps
        if wasSweep { nextSweep = now + max(.seconds(1), duration / Self.sweepShare) }
        if count >= limit {
            tellsSleep = isAsleep ? false : nil
            foundNothing = false
            recheck = 0
            sweeps = nextSweep <= now
            nextLook = now
        } else if !wasSweep {
            sweeps = true
            nextLook = now
        } else {
            foundNothing = count == 0
            sweeps = true
            fallAsleep(now, using: &generator)
        }
    }

    /// Learns when the next scheduled job is due; nil: never.
    package mutating func learned(nextDue delay: Duration?, at now: Instant) {
        nextDue = delay.map { now + max($0, .milliseconds(1)) }
        if let nextDue { nextLook = min(nextLook, nextDue) }
    }

    /// Nothing can be claimed until slots are free.
    package mutating func waitForSlots(at now: Instant) {
        waitsForSlots = true
        nextLook = now + pollInterval
    }

    /// Nothing is to be claimed until something else has ended.
    package mutating func rest(at now: Instant) {
        waitsForSlots = false
        nextLook = now + pollInterval
    }

    /// Slots are free: a claim that was put off for want of them is due now.
    package mutating func slotsAreFree(at now: Instant) {
        guard waitsForSlots else { return }
        waitsForSlots = false
        nextLook = now
    }

    /// The database knows now.
    package mutating func told(sleeping: Bool) {
        isAsleep = sleeping
        tellsSleep = nil
        recheck = 0
    }

    private mutating func fallAsleep(_ now: Instant, using generator: inout some RandomNumberGenerator) {
        if !isAsleep {
            // An enqueuer wakes it from then on; one that looked just before is covered by this look.
            tellsSleep = true
            nextLook = now
        } else if recheck < Self.rechecks.count {
            nextLook = now + Self.rechecks[recheck]
            recheck += 1
        } else {
            // Jitter, so that workers that started together do not look together.
            nextLook = now + pollInterval * Double.random(in: 0.8...1.2, using: &generator)
            if let nextDue { nextLook = min(nextLook, max(nextDue, now + .milliseconds(1))) }
        }
    }
}
