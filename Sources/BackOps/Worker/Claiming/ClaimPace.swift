/// How fast the worker's actions are, and how many jobs it claims before it has slots for them.
///
/// Batches are what makes the database fast. Where actions take no time, 100 slots make batches of 50, because every action waits
/// for the round trip that tells of its end; so the worker claims as many jobs more as it starts within a millisecond. What
/// takes longer than that is claimed only when there is a slot: another worker may start it at once. Long actions weigh more
/// than short ones, and whatever has waited too long is handed back.
///
/// Should the worker die, what it has claimed ahead is suspected with the rest and has lost an attempt. So nobody's last attempt
/// waits: it is handed back, and the worker claims nothing ahead for a while.
package struct ClaimPace: Sendable {
    /// How long a job should wait for its slot at most.
    package static let aim: Duration = .milliseconds(1)

    /// How long one may wait before it is handed back: actions have become longer all of a sudden.
    package static let patience: Duration = .milliseconds(500)

    /// How many jobs may wait: for every slot, and at all.
    package static let limits = (perSlot: 4, total: 400)

    /// For how long nothing is claimed ahead once there was a last attempt among it.
    package static let caution: Duration = .seconds(60)

    /// How long actions take; long, until some have shown that they do not.
    private var average: Duration = .seconds(1)
    private var cautiousUntil: Instant?

    package init() {}

    /// Takes note of how long an action took.
    package mutating func ended(after duration: Duration) {
        average += (duration - average) / (duration > average ? 4 : 16)
    }

    /// Jobs were handed back because no slot became free.
    package mutating func stalled() { average = .seconds(1) }

    /// Whether nothing is claimed ahead because last attempts were among it.
    package func isCautious(at now: Instant) -> Bool { cautiousUntil.map { $0 > now } ?? false }

    /// A job was handed back because it must not wait.
    package mutating func beCautious(at now: Instant) { cautiousUntil = now + Self.caution }

    /// Says how many jobs to claim beyond the slots.
    ///
    /// - Parameters:
    ///   - slots: How many actions run at once.
    ///   - now: The time.
    /// - Returns: A number of jobs, 0 where they would wait too long.
    package func ahead(of slots: Int, at now: Instant) -> Int {
        guard average < Self.aim, !isCautious(at: now) else { return 0 }
        let fast = Double(slots) * (Self.aim / max(average, .microseconds(1)))
        return Int(min(fast, Double(Self.limits.perSlot * slots), Double(Self.limits.total)))
    }
}
