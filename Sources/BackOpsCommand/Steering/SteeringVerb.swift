import BackOps

/// What is done to operations, in words.
struct SteeringVerb {
    /// The beginning of a question, such as "Retry 8 operations?".
    let present: String
    /// As a report says it, and as the member of the `--json` document: "retried 8 operations".
    let past: String
    /// The states that it is for, when none were asked for.
    let states: [OperationState]
    /// The states that it can be done to.
    let allowed: [OperationState]

    /// Those that somebody cancelled on purpose stay so, unless they are asked for.
    static let retry = SteeringVerb(
        present: "Retry",
        past: "retried",
        states: [.failed],
        allowed: [.failed, .cancelled]
    )
    static let cancel = SteeringVerb(
        present: "Cancel",
        past: "cancelled",
        states: [.active],
        allowed: [.active]
    )
    static let skip = SteeringVerb(
        present: "Skip an action of",
        past: "skipped",
        states: [.failed],
        allowed: [.active, .failed]
    )
    static let jump = SteeringVerb(
        present: "Move",
        past: "moved",
        states: [.failed],
        allowed: [.active, .failed, .cancelled]
    )
    static let runFrom = SteeringVerb(
        present: "Run again",
        past: "restarted",
        states: [.failed],
        allowed: OperationState.allCases
    )
    static let rerun = SteeringVerb(
        present: "Enqueue once more",
        past: "enqueued",
        states: [.failed],
        allowed: OperationState.allCases
    )
    static let reschedule = SteeringVerb(
        present: "Reschedule",
        past: "rescheduled",
        states: [.active],
        allowed: [.active]
    )
    static let set = SteeringVerb(
        present: "Set globals of",
        past: "changed",
        states: [.active, .failed],
        allowed: OperationState.allCases
    )
}
