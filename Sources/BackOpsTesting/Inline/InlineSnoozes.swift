import BackOps

/// How often the actions of a run were snoozed, and since when.
struct InlineSnoozes {
    /// An action's snoozes in one run of it, the one that is asked for included.
    struct Turns {
        var count = 0
        /// When the first attempt that was snoozed began.
        let since: Duration
    }

    private struct Run: Hashable {
        let position: Int
        let run: Int
    }

    private var turns: [Run: Turns] = [:]

    /// Counts a snooze of an attempt that began at a time.
    mutating func turns(of position: Int, run: Int, at clock: Duration) -> Turns {
        let run = Run(position: position, run: run)
        turns[run, default: Turns(since: clock)].count += 1
        return turns[run, default: Turns(since: clock)]
    }
}

extension InlineSnoozes.Turns {
    /// The error of an action that has used up a limit of a snooze.
    func error(_ snooze: Snooze, at clock: Duration) -> SnoozeLimit? {
        if let atMost = snooze.atMost, count > atMost { return SnoozeLimit(limit: "\(atMost) times") }
        if let within = snooze.within, clock - since >= within { return SnoozeLimit(limit: "for \(within)") }
        return nil
    }
}

/// Fails a run whose action has been snoozed as often, or for as long, as it may be.
struct SnoozeLimit: Error, CustomStringConvertible {
    let limit: String

    var description: String { "the action was snoozed \(limit), which is as much as it may be" }
}
