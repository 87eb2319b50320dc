/// Decides when to look for jobs, and where to begin.
///
/// Claims resume behind the last one. A claim that comes back short is followed by a sweep from the start at once; while
/// claims come back full, a sweep is made at an interval that keeps its cost below a few per cent of the time. When a
/// sweep finds nothing either, the worker says that it sleeps, looks again a few times (for enqueuers that had looked for
/// sleepers just before), and then polls.
struct Lookout: Sendable {
    private var cursors: LaneCursors

    /// How often to look when nobody wakes the worker.
    var pollInterval: Duration

    /// Whether the next claim starts over.
    private(set) var sweeps = true

    /// Whether the database was told that this worker sleeps, and wakes it for new jobs.
    private(set) var isAsleep = false

    /// What to tell the database: true before the worker waits, false once it is busy again.
    private(set) var tellsSleep: Bool?

    /// Whether the last sweep left nothing that this worker could have claimed.
    private(set) var foundNothing = false

    private(set) var nextLook = ContinuousClock.now

    /// When the next scheduled job is due, as far as the database has said.
    private var nextDue: ContinuousClock.Instant?

    /// Whether somebody has woken this worker while it slept.
    private var isWoken = false
    private var waitsForSlots = false
    /// The claim that is on its way.
    private var claim: (isSweep: Bool, isOutdated: Bool)?
    private var nextSweep = ContinuousClock.now
    private var recheck = 0

    /// The sweeps after falling asleep, before polling begins.
    private static let rechecks: [Duration] = [.milliseconds(20), .milliseconds(200)]

    /// A sweep may take this part of the time at most.
    private static let sweepShare = 0.03

    init(queues: [String], pollInterval: Duration) {
        cursors = LaneCursors(queues: queues)
        self.pollInterval = pollInterval
    }

    /// Whether it is time to look although nothing else has to be sent.
    var isDue: Bool { claim == nil && nextLook <= .now }

    /// Whether a claim is on its way.
    var isLooking: Bool { claim != nil }

    /// The lanes of the next claim.
    var lanes: [Lane] { sweeps ? cursors.sweeping : cursors.resuming }

    /// Whether a claim that is sent now should be accompanied by the question when the next scheduled job is due.
    ///
    /// Not when the worker was woken: there is work, which shall not wait for that answer, and what is scheduled wakes nobody.
    var asksForNextDue: Bool { sweeps && !isWoken }

    /// A claim is sent.
    mutating func looks() {
        isWoken = false
        claim = (isSweep: sweeps, isOutdated: false)
        cursors.begin(sweep: sweeps)
    }

    /// The claim is back, whatever came of it, and was taken note of.
    mutating func hasLooked() {
        guard let claim = claim.take() else { return }
        if claim.isOutdated { wake() }
    }

    /// Somebody says that there is work.
    mutating func wake() {
        isWoken = isAsleep
        claim?.isOutdated = true
        nextLook = .now
        sweeps = true
        foundNothing = false
    }

    /// An operation was handed on, which may be due here.
    mutating func wakeUnlessAsleep() {
        if !isAsleep { wake() }
    }

    /// Something else than new jobs is to be looked at.
    mutating func lookNow() { nextLook = .now }

    /// Learns what a claim brought.
    ///
    /// - Parameters:
    ///   - jobs: The jobs that could be read.
    ///   - count: How many there were.
    ///   - limit: How many it asked for.
    ///   - duration: How long it took.
    mutating func claimed(_ jobs: [ClaimedJob], count: Int, limit: Int, duration: Duration) {
        cursors.advance(past: jobs.lazy.map(\.lane))
        let wasSweep = claim?.isSweep ?? sweeps
        let now = ContinuousClock.now
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
            fallAsleep(now)
        }
    }

    /// Learns when the next scheduled job is due; nil: never.
    mutating func learned(nextDue delay: Duration?) {
        nextDue = delay.map { .now + max($0, .milliseconds(1)) }
        if let nextDue { nextLook = min(nextLook, nextDue) }
    }

    /// Nothing can be claimed until slots are free.
    mutating func waitForSlots() {
        waitsForSlots = true
        nextLook = .now + pollInterval
    }

    /// Nothing is to be claimed until something else has ended.
    mutating func rest() {
        waitsForSlots = false
        nextLook = .now + pollInterval
    }

    /// Slots are free: what was put off for want of them is due now.
    mutating func slotsAreFree() {
        guard waitsForSlots else { return }
        waitsForSlots = false
        nextLook = .now
    }

    /// The database knows now.
    mutating func told(sleeping: Bool) {
        isAsleep = sleeping
        tellsSleep = nil
        recheck = 0
    }

    private mutating func fallAsleep(_ now: ContinuousClock.Instant) {
        if !isAsleep {
            // Whoever enqueues from then on wakes it; whoever did just before is found by this look.
            tellsSleep = true
            nextLook = now
        } else if recheck < Self.rechecks.count {
            nextLook = now + Self.rechecks[recheck]
            recheck += 1
        } else {
            // Jitter, so that workers that started together do not look together.
            nextLook = now + pollInterval * Double.random(in: 0.8...1.2)
            if let nextDue { nextLook = min(nextLook, max(nextDue, now + .milliseconds(1))) }
        }
    }
}
