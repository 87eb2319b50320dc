/// How fast the worker's actions are, and how many jobs it claims before it has slots for them.
///
/// Batches are what makes the database fast. Where actions take no time, 100 slots make batches of 50, because every action waits
/// for the round trip that tells of its end; so the worker claims as many jobs more as it starts within a millisecond. What
/// takes longer than that is claimed only when there is a slot: another worker may start it at once. Long actions weigh more
/// than short ones, and whatever has waited too long is handed back.
///
/// Should the worker die, what it has claimed ahead is suspected with the rest and has lost an attempt. So nobody's last attempt
/// waits: it is handed back, and the worker claims nothing ahead for a while.
struct ClaimPace: Sendable {
    /// How long a job should wait for its slot at most.
    private static let aim: Duration = .milliseconds(1)

    /// How long one may wait before it is handed back: actions have become longer all of a sudden.
    static let patience: Duration = .milliseconds(500)

    /// How many jobs may wait: for every slot, and at all.
    private static let limits = (perSlot: 4, total: 400)

    /// For how long nothing is claimed ahead once there was a last attempt among it.
    private static let caution: Duration = .seconds(60)

    /// How long actions take; long, until some have shown that they do not.
    private var average: Duration = .seconds(1)
    private var cautiousUntil: ContinuousClock.Instant?

    /// Takes note of how long an action took.
    mutating func ended(after duration: Duration) {
        average += (duration - average) / (duration > average ? 4 : 16)
    }

    /// Jobs were handed back because no slot became free.
    mutating func stalled() { average = .seconds(1) }

    /// Whether nothing is claimed ahead because last attempts were among it.
    var isCautious: Bool { cautiousUntil.map { $0 > .now } ?? false }

    /// A job was handed back because it must not wait.
    mutating func beCautious() { cautiousUntil = .now + Self.caution }

    /// How many jobs to claim beyond the slots.
    ///
    /// - Parameter slots: How many actions run at once.
    /// - Returns: A number of jobs, 0 where they would wait too long.
    func ahead(of slots: Int) -> Int {
        guard average < Self.aim, !isCautious else { return 0 }
        let fast = Double(slots) * (Self.aim / max(average, .microseconds(1)))
        return Int(min(fast, Double(Self.limits.perSlot * slots), Double(Self.limits.total)))
    }
}
