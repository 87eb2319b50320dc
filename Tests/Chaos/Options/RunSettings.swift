/// What the options say.
struct RunSettings: Sendable {
    let duration: Duration
    let workers: Int
    let slots: Int
    let lease: Duration
    let seed: UInt64
    let faults: [FaultKind]
    let keep: Bool

    /// Operations that are under way at once: enough that every slot has work, little enough to drain soon.
    var backlog: Int { workers * slots * 2 }

    /// How long everything may take to end once the faults are over.
    var drainLimit: Duration { max(.seconds(60), lease * 30) }
}
